<?php
// Answers auth requests with the default options of sessions, as most applications do.
session_start();
if (!isset($_SESSION['user'])) {
    http_response_code(401);
    exit;
}
http_response_code(204);
header('X-Auth-Request-User: ' . $_SESSION['user']);
