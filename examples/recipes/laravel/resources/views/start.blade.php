<!doctype html><html lang="en"><title>Recipe</title>
<h1>Welcome</h1>
<p><a href="/account">Your account</a></p></html>
