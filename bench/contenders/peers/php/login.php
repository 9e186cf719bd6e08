<?php
// Creates a session with the attributes in the request's JSON.
session_start();
foreach (json_decode(file_get_contents('php://input'), true) as $name => $value) {
    $_SESSION[$name] = $value;
}
