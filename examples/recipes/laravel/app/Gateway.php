<?php

namespace App;

use App\Models\User;
use Illuminate\Http\Request;
use Illuminate\Http\Response;

/** What the application has to do with session-gateway: to read who it is, and to say what the session is to hold. */
class Gateway
{
    /**
     * What the gateway says of the session. nginx sets these headers, and takes away what a client sends under their names: so
     * they can be trusted exactly as long as nobody but nginx can connect to PHP. Values are percent-encoded.
     */
    public static function identity(Request $request, string $name): string
    {
        return rawurldecode($request->header("X-Auth-Request-$name") ?? '');
    }

    /** Whom the session names, if that is a user here: one who is deleted is out at once. For Auth::viaRequest(). */
    public static function user(Request $request): ?User
    {
        $email = self::identity($request, 'User');

        return $email === '' ? null : User::where('email', $email)->first();
    }

    /** Has the gateway change the session, and send the browser on. */
    public static function commit(string $location, array $actions): Response
    {
        return response('')->withHeaders(['X-Accel-Redirect' => '/_session/commit', 'X-Session-Location' => $location, ...$actions]);
    }

    /** json_encode writes ASCII: a header is no place for anything else. */
    public static function set(array $attributes): array
    {
        return ['X-Session-Set' => json_encode($attributes, JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE)];
    }

    /** Anybody can write a link to /login?to=...: it must lead to a page of this site. Browsers take \ for /. */
    public static function safe(mixed $to): string
    {
        return is_string($to) && preg_match('#^/(?![/\\\\])[!-~]*$#D', $to) ? $to : '/account';
    }
}
