<?php

use App\Gateway;
use App\Models\User;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Hash;
use Illuminate\Support\Facades\Route;

Route::view('/', 'start');

Route::get('/login', fn (Request $request) => view('login', ['to' => Gateway::safe($request->query('to')), 'problem' => '']));

Route::post('/login', function (Request $request) {
    // Compared with if there is no such user, so that the time of an answer does not tell which names exist.
    $nobody = '$2y$12$fHbkUb6og6jrRJ32BoXUye5GAscYJcKMTrNG8jL/oHAbaRJx2lAFa';
    $to = Gateway::safe($request->input('to'));
    $user = User::where('email', $request->string('user')->value())->first();
    $right = Hash::check($request->string('password')->value(), $user?->password ?? $nobody);
    if (! $right || $user === null) {
        return response()->view('login', ['to' => $to, 'problem' => 'Wrong name or password.'], 403);
    }

    // The groups are yours, from your database.
    return Gateway::commit($to, Gateway::set(['user' => $user->email, 'groups' => ['staff']]));
});

Route::post('/logout', fn () => Gateway::commit('/', ['X-Session-Destroy' => 'true']));

// nginx lets nobody come to these without a session. `auth` looks again, and finds that the user is still one.
Route::middleware('auth')->group(function () {
    Route::get('/account', fn (Request $request) => view('account', [
        'user' => $request->user()->email,
        'groups' => Gateway::identity($request, 'Groups'),
        'note' => Gateway::identity($request, 'Note'),
    ]));
    Route::post('/account/note', fn (Request $request) => Gateway::commit('/account', Gateway::set([
        'note' => $request->string('note')->substr(0, 200)->value(),
    ])));
});
