<?php
// Answers auth requests. Reads the session and closes it at once, so that nothing is locked or written back.
session_start(['read_and_close' => true]);
if (!isset($_SESSION['user'])) {
    http_response_code(401);
    exit;
}
http_response_code(204);
header('X-Auth-Request-User: ' . $_SESSION['user']);
