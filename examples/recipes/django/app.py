"""Login, logout and a page with a login, in Django behind nginx and session-gateway. Users are Django's own, sessions are not."""
import json
import re
from urllib.parse import unquote

from django.contrib.auth import authenticate
from django.contrib.auth.backends import RemoteUserBackend
from django.contrib.auth.decorators import login_required
from django.contrib.auth.middleware import RemoteUserMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

START = """<!doctype html><html lang="en"><title>Recipe</title>
<h1>Welcome</h1>
<p><a href="/account">Your account</a></p></html>"""


def identity(request, name):
    """What the gateway says of the session. nginx sets these headers, and takes away what a client sends under their names:
    so they can be trusted exactly as long as nobody but nginx can connect to this application. Values are percent-encoded."""
    return unquote(request.META.get(f"HTTP_X_AUTH_REQUEST_{name}", ""))


class GatewayUserBackend(RemoteUserBackend):
    """Whom the session names must be a user here. Users who are deleted or no longer active are out at once."""

    create_unknown_user = False


class GatewayUserMiddleware(RemoteUserMiddleware):
    """request.user is whom the gateway names. RemoteUserMiddleware itself would keep that in a session of Django's."""

    def process_request(self, request):
        name = identity(request, "USER")
        request.user = (name and authenticate(request, remote_user=name)) or AnonymousUser()


def commit(location, **actions):
    """Has the gateway change the session, and send the browser on."""
    response = HttpResponse()
    response["X-Accel-Redirect"] = "/_session/commit"
    response["X-Session-Location"] = location
    for name, value in actions.items():
        response[f"X-Session-{name}"] = value
    return response


def safe(to):
    """Anybody can write a link to /login?to=...: it must lead to a page of this site. Browsers take \\ for /."""
    return to if re.fullmatch(r"/(?![/\\])[!-~]*", to) else "/account"


@require_GET
def start(request):
    return HttpResponse(START)


@require_http_methods(["GET", "POST"])
def login(request):
    if request.method == "GET":
        return render(request, "login.html", {"to": safe(request.GET.get("to", ""))})
    to = safe(request.POST.get("to", ""))
    user = authenticate(request, username=request.POST.get("user", ""), password=request.POST.get("password", ""))
    if user is None:
        return render(request, "login.html", {"to": to, "problem": "Wrong name or password."}, status=403)
    groups = list(user.groups.values_list("name", flat=True)) + (["staff"] if user.is_staff else [])
    # json.dumps writes ASCII: a header is no place for anything else.
    return commit(to, Set=json.dumps({"user": user.get_username(), "groups": groups}))


@require_POST
def logout(request):
    return commit("/", Destroy="true")


# nginx lets nobody come here without a session. login_required looks again, and finds that the user is still one.
@login_required
@require_GET
def account(request):
    return render(request, "account.html", {"user": request.user, "groups": identity(request, "GROUPS"), "note": identity(request, "NOTE")})


@login_required
@require_POST
def keep_note(request):
    return commit("/account", Set=json.dumps({"note": request.POST.get("note", "")[:200]}))


urlpatterns = [path("", start), path("login", login), path("logout", logout), path("account", account), path("account/note", keep_note)]
