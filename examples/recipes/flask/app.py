"""Login, logout and a page with a login, in Flask behind nginx and session-gateway. It needs no code for sessions."""
import json
import re
from urllib.parse import unquote, urlsplit

from flask import Flask, abort, render_template_string, request
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)

# A sample, with the password "wonderland". Keep such hashes in your database: generate_password_hash("...").
USERS = {"alice": {"password": "pbkdf2:sha256:600000$vZ1oM0GkQ9bXw2Ra$4c4bf11a31414f5527f379af452f6f8e32c9d0fffd06d595d415e7f2c1e191e4", "groups": ["staff"]}}
# Compared with if there is no such user, so that the time of an answer does not tell which names exist.
NOBODY = {"password": generate_password_hash("", "pbkdf2:sha256:600000"), "groups": []}

START = """<!doctype html><html lang="en"><title>Recipe</title>
<h1>Welcome</h1>
<p><a href="/account">Your account</a></p></html>"""
LOGIN = """<!doctype html><html lang="en"><title>Log in</title>
<h1>Log in</h1>
<p role="alert">{{ problem }}</p>
<form method="post" action="/login">
  <input type="hidden" name="to" value="{{ to }}">
  <p><label>Name <input name="user" autocomplete="username" required></label></p>
  <p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
  <p><button>Log in</button></p>
</form></html>"""
ACCOUNT = """<!doctype html><html lang="en"><title>Your account</title>
<h1>Hello, {{ user }}</h1>
<p>Groups: {{ groups }}</p>
<p>Note: {{ note or "none yet" }}</p>
<form method="post" action="/account/note">
  <p><label>Note <input name="note" maxlength="200"></label> <button>Keep</button></p>
</form>
<p><a href="/account/devices">Your devices</a></p>
<form method="post" action="/logout"><button>Log out</button></form></html>"""


def identity(name):
    """What the gateway says of the session. nginx sets these headers, and takes away what a client sends under their names:
    so they can be trusted exactly as long as nobody but nginx can connect to this application. Values are percent-encoded."""
    return unquote(request.headers.get(f"X-Auth-Request-{name}", ""))


def user():
    # nginx lets nobody come here without a session. A page that shows private things looks again all the same.
    return identity("User") or abort(403)


def commit(location, **actions):
    """Has the gateway change the session, and send the browser on."""
    headers = {f"X-Session-{name}": value for name, value in actions.items()}
    return "", 200, {"X-Accel-Redirect": "/_session/commit", "X-Session-Location": location, **headers}


def safe(to):
    """Anybody can write a link to /login?to=...: it must lead to a page of this site. Browsers take \\ for /."""
    return to if re.fullmatch(r"/(?![/\\])[!-~]*", to) else "/account"


@app.before_request
def refuse_forms_of_other_sites():
    # Browsers name with every POST the site whose page has sent it.
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin and urlsplit(origin).netloc != request.host:
        abort(403)


@app.get("/")
def start():
    return START


@app.get("/login")
def login_form():
    return render_template_string(LOGIN, to=safe(request.args.get("to", "")))


@app.post("/login")
def log_in():
    to = safe(request.form.get("to", ""))
    name = request.form.get("user", "")
    found = USERS.get(name, NOBODY)
    right = check_password_hash(found["password"], request.form.get("password", ""))
    if not right or found is NOBODY:
        return render_template_string(LOGIN, to=to, problem="Wrong name or password."), 403
    return commit(to, Set=json.dumps({"user": name, "groups": found["groups"]}))


@app.post("/logout")
def log_out():
    return commit("/", Destroy="true")


@app.get("/account")
def account():
    return render_template_string(ACCOUNT, user=user(), groups=identity("Groups"), note=identity("Note"))


@app.post("/account/note")
def keep_note():
    user()
    # json.dumps writes ASCII: a header is no place for anything else.
    return commit("/account", Set=json.dumps({"note": request.form.get("note", "")[:200]}))
