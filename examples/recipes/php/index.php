<?php
// Login, logout and a page with a login, in PHP behind nginx and session-gateway. It needs no session_start().
declare(strict_types=1);

// A sample, with the password "wonderland". Keep such hashes in your database: password_hash('...', PASSWORD_DEFAULT).
const USERS = ['alice' => ['password' => '$2y$10$7Ld/K.FkcbSbiAzuG.8YXeKw2r3TtX.18aQ8Vz4tXxwJ87W76H5j2', 'groups' => ['staff']]];
// Compared with if there is no such user, so that the time of an answer does not tell which names exist.
const NOBODY = ['password' => '$2y$10$ebtA3gy21QnUyJAdz.QdCeKpQvFDCmEN265zuk7KTCsvAoUS8Wa.G', 'groups' => []];

// What the gateway says of the session. nginx sets these params, and takes away what a client sends under their names: so they can
// be trusted exactly as long as nobody but nginx can connect to PHP. Values are percent-encoded.
function identity(string $name): string
{
    return rawurldecode($_SERVER["HTTP_X_AUTH_REQUEST_$name"] ?? '');
}

// nginx lets nobody come here without a session. A page that shows private things looks again all the same.
function user(): string
{
    return identity('USER') ?: refuse(403);
}

function refuse(int $status): never
{
    http_response_code($status);
    exit('Refused');
}

// Has the gateway change the session, and send the browser on.
function commit(string $location, string $action): never
{
    header('X-Accel-Redirect: /_session/commit');
    header("X-Session-Location: $location");
    header($action);
    exit;
}

// json_encode writes ASCII: a header is no place for anything else.
function set(array $attributes): string
{
    return 'X-Session-Set: ' . json_encode($attributes, JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE);
}

// Anybody can write a link to /login?to=...: it must lead to a page of this site. Browsers take \ for /.
function safe(string $to): string
{
    return preg_match('#^/(?![/\\\\])[!-~]*$#D', $to) ? $to : '/account';
}

// A field that is no text (user[]=...) is none.
function field(array $form, string $name): string
{
    return is_string($form[$name] ?? null) ? $form[$name] : '';
}

function html(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}

function show_login(string $to, string $problem = ''): void
{
    ?><!doctype html><html lang="en"><title>Log in</title>
<h1>Log in</h1>
<p role="alert"><?= html($problem) ?></p>
<form method="post" action="/login">
  <input type="hidden" name="to" value="<?= html($to) ?>">
  <p><label>Name <input name="user" autocomplete="username" required></label></p>
  <p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
  <p><button>Log in</button></p>
</form></html>
<?php
}

function log_in(): void
{
    $to = safe(field($_POST, 'to'));
    $name = field($_POST, 'user');
    $found = USERS[$name] ?? NOBODY;
    if (!password_verify(field($_POST, 'password'), $found['password']) || $found === NOBODY) {
        http_response_code(403);
        show_login($to, 'Wrong name or password.');
        return;
    }
    commit($to, set(['user' => $name, 'groups' => $found['groups']]));
}

function show_account(): void
{
    ?><!doctype html><html lang="en"><title>Your account</title>
<h1>Hello, <?= html(user()) ?></h1>
<p>Groups: <?= html(identity('GROUPS')) ?></p>
<p>Note: <?= html(identity('NOTE') ?: 'none yet') ?></p>
<form method="post" action="/account/note">
  <p><label>Note <input name="note" maxlength="200"></label> <button>Keep</button></p>
</form>
<p><a href="/account/devices">Your devices</a></p>
<form method="post" action="/logout"><button>Log out</button></form></html>
<?php
}

function keep_note(): never
{
    user();
    // The first 200 characters, without the extension mbstring.
    preg_match('/^.{0,200}/su', field($_POST, 'note'), $found);
    commit('/account', set(['note' => $found[0] ?? '']));
}

function show_start(): void
{
    ?><!doctype html><html lang="en"><title>Recipe</title>
<h1>Welcome</h1>
<p><a href="/account">Your account</a></p></html>
<?php
}

// Browsers name with every POST the site whose page has sent it. nginx passes its own host on without a port.
$origin = $_SERVER['HTTP_ORIGIN'] ?? '';
if ($_SERVER['REQUEST_METHOD'] === 'POST' && $origin !== '' && parse_url($origin, PHP_URL_HOST) !== $_SERVER['HTTP_HOST']) {
    refuse(403);
}

header('Content-Type: text/html; charset=utf-8');
match ($_SERVER['REQUEST_METHOD'] . ' ' . $_SERVER['DOCUMENT_URI']) {
    'GET /' => show_start(),
    'GET /login' => show_login(safe(field($_GET, 'to'))),
    'POST /login' => log_in(),
    'POST /logout' => commit('/', 'X-Session-Destroy: true'),
    'GET /account' => show_account(),
    'POST /account/note' => keep_note(),
    default => refuse(404),
};
