"""Login, logout and a page with a login, in FastAPI behind nginx and session-gateway. It needs no code for sessions."""
import hashlib
import hmac
import json
import re
from urllib.parse import unquote, urlsplit

from fastapi import Depends, FastAPI, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from jinja2 import Environment

app = FastAPI(openapi_url=None)

# A sample, with the password "wonderland". Keep such salted and slow hashes in your database.
USERS = {"alice": {"salt": "vZ1oM0GkQ9bXw2Ra", "hash": "68614e92881859c9477eaf6f05d086bdd7885b7b23d7e7b629099e5e021e786d", "groups": ["staff"]}}
# Compared with if there is no such user, so that the time of an answer does not tell which names exist.
NOBODY = {"salt": "", "hash": "", "groups": []}

pages = Environment(autoescape=True)
START = """<!doctype html><html lang="en"><title>Recipe</title>
<h1>Welcome</h1>
<p><a href="/account">Your account</a></p></html>"""
LOGIN = pages.from_string("""<!doctype html><html lang="en"><title>Log in</title>
<h1>Log in</h1>
<p role="alert">{{ problem }}</p>
<form method="post" action="/login">
  <input type="hidden" name="to" value="{{ to }}">
  <p><label>Name <input name="user" autocomplete="username" required></label></p>
  <p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
  <p><button>Log in</button></p>
</form></html>""")
ACCOUNT = pages.from_string("""<!doctype html><html lang="en"><title>Your account</title>
<h1>Hello, {{ user }}</h1>
<p>Groups: {{ groups }}</p>
<p>Note: {{ note or "none yet" }}</p>
<form method="post" action="/account/note">
  <p><label>Note <input name="note" maxlength="200"></label> <button>Keep</button></p>
</form>
<p><a href="/account/devices">Your devices</a></p>
<form method="post" action="/logout"><button>Log out</button></form></html>""")


def identity(request: Request, name: str) -> str:
    """What the gateway says of the session. nginx sets these headers, and takes away what a client sends under their names:
    so they can be trusted exactly as long as nobody but nginx can connect to this application. Values are percent-encoded."""
    return unquote(request.headers.get(f"X-Auth-Request-{name}", ""))


def current_user(request: Request) -> str:
    """For Depends. nginx lets nobody come here without a session. A page that shows private things looks again all the same."""
    user = identity(request, "User")
    if not user:
        raise HTTPException(403)
    return user


def commit(location: str, **actions: str) -> Response:
    """Has the gateway change the session, and send the browser on."""
    headers = {f"X-Session-{name}": value for name, value in actions.items()}
    return Response(headers={"X-Accel-Redirect": "/_session/commit", "X-Session-Location": location, **headers})


def safe(to: str) -> str:
    """Anybody can write a link to /login?to=...: it must lead to a page of this site. Browsers take \\ for /."""
    return to if re.fullmatch(r"/(?![/\\])[!-~]*", to) else "/account"


def right_password(user: dict, password: str) -> bool:
    found = hashlib.scrypt(password.encode(), salt=user["salt"].encode(), n=2**14, r=8, p=1, dklen=32)
    return hmac.compare_digest(found.hex(), user["hash"])


@app.middleware("http")
async def refuse_forms_of_other_sites(request: Request, call_next):
    # Browsers name with every POST the site whose page has sent it.
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin and urlsplit(origin).netloc != request.headers.get("Host"):
        return PlainTextResponse("Forbidden", 403)
    return await call_next(request)


@app.get("/")
def start():
    return HTMLResponse(START)


@app.get("/login")
def login_form(to: str = ""):
    return HTMLResponse(LOGIN.render(to=safe(to)))


# Not `async`: FastAPI then runs it on a thread, and the hash keeps nobody else waiting.
@app.post("/login")
def log_in(user: str = Form(""), password: str = Form(""), to: str = Form("")):
    found = USERS.get(user, NOBODY)
    if not right_password(found, password):
        return HTMLResponse(LOGIN.render(to=safe(to), problem="Wrong name or password."), 403)
    # json.dumps writes ASCII: a header is no place for anything else.
    return commit(safe(to), Set=json.dumps({"user": user, "groups": found["groups"]}))


@app.post("/logout")
def log_out():
    return commit("/", Destroy="true")


@app.get("/account")
def account(request: Request, user: str = Depends(current_user)):
    return HTMLResponse(ACCOUNT.render(user=user, groups=identity(request, "Groups"), note=identity(request, "Note")))


@app.post("/account/note", dependencies=[Depends(current_user)])
def keep_note(note: str = Form("")):
    return commit("/account", Set=json.dumps({"note": note[:200]}))
