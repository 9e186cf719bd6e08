<?php

namespace App\Http\Middleware;

use Closure;
use Illuminate\Http\Request;
use Symfony\Component\HttpFoundation\Response;

/** In the place of Laravel's token, which needs a session of Laravel's: browsers name with every POST the site whose page has sent it. */
class RefuseFormsOfOtherSites
{
    public function handle(Request $request, Closure $next): Response
    {
        $origin = $request->header('Origin');
        // Ports are left out: nginx passes its host on without one.
        $elsewhere = $origin !== null && parse_url($origin, PHP_URL_HOST) !== $request->getHost();
        abort_if($elsewhere && ! $request->isMethodSafe(), 403);

        return $next($request);
    }
}
