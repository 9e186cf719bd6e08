<!doctype html><html lang="en"><title>Your account</title>
<h1>Hello, {{ $user }}</h1>
<p>Groups: {{ $groups }}</p>
<p>Note: {{ $note ?: 'none yet' }}</p>
<form method="post" action="/account/note">
  <p><label>Note <input name="note" maxlength="200"></label> <button>Keep</button></p>
</form>
<p><a href="/account/devices">Your devices</a></p>
<form method="post" action="/logout"><button>Log out</button></form></html>
