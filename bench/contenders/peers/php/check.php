<?php
// Whose session is it? As an application does it that has no options of its own.
session_start();
if (!isset($_SESSION['user'])) {
    http_response_code(401);
    exit;
}
http_response_code(204);
header('X-Auth-Request-User: ' . $_SESSION['user']);
