<?php
// Begins a session with the attributes of the request's JSON.
session_start();
foreach (json_decode(file_get_contents('php://input'), true) as $name => $value) {
    $_SESSION[$name] = $value;
}
