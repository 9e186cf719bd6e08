<?php

namespace App\Providers;

use App\Gateway;
use Illuminate\Support\Facades\Auth;
use Illuminate\Support\ServiceProvider;

class AppServiceProvider extends ServiceProvider
{
    public function boot(): void
    {
        // The guard `gateway`: Auth::user() is whom the gateway names.
        config(['auth.guards.gateway' => ['driver' => 'gateway'], 'auth.defaults.guard' => 'gateway']);
        Auth::viaRequest('gateway', Gateway::user(...));
    }
}
