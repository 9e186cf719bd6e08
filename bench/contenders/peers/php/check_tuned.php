<?php
// Whose session is it? Read, and let go at once: nothing is locked or written back.
session_start(['read_and_close' => true]);
if (!isset($_SESSION['user'])) {
    http_response_code(401);
    exit;
}
http_response_code(204);
header('X-Auth-Request-User: ' . $_SESSION['user']);
