<!doctype html><html lang="en"><title>Log in</title>
<h1>Log in</h1>
<p role="alert">{{ $problem }}</p>
<form method="post" action="/login">
  <input type="hidden" name="to" value="{{ $to }}">
  <p><label>E-mail <input name="user" autocomplete="username" required></label></p>
  <p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
  <p><button>Log in</button></p>
</form></html>
