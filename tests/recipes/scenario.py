"""What every recipe must do, whatever language it is written in. A step is a function of a Site, and raises if the recipe fails it."""
import html
import json
import os
import pathlib
import signal
import time
import urllib.parse

from browser import Browser

NAME, PASSWORD = "alice", "wonderland"
ELSEWHERE = ("https://evil.test/", "//evil.test/", "/\\evil.test/", "/\t/evil.test/", "\\\\evil.test/", "/account\r\nX-Session-Set: user=root",
             "/\n/evil.test/", "javascript:alert(1)", "evil.test", " /account", "/grün", "")
IDENTITY = ("X-Auth-Request-User", "X_Auth_Request_User", "x-auth-request-user", "X-Auth_Request-User", "HTTP-X-AUTH-REQUEST-USER", "Remote-User", "REMOTE_USER")
NOTE = "Grüße: 100% <b>\"wild\"</b> & 'free' ☃ 😀 \\"


def check(holds, what, answer=None):
    if not holds:
        shown = "" if answer is None else f"\n{answer.url}: {answer.status}\n{answer.headers}\n{answer.body}"
        raise AssertionError(what + shown)


def is_sent_to_login(answer, to):
    expected = "/login?" + urllib.parse.urlencode({"to": to}, quote_via=urllib.parse.quote, safe="")
    check(answer.status == 303 and answer.location == expected, f"is not sent to {expected}", answer)


def greets(answer, name=NAME):
    check(answer.status == 200 and f"Hello, {name}" in answer.body, f"does not greet {name}", answer)


def log_in(browser, to):
    """As people do it. Returns the answer that has the session's cookie."""
    form = browser.get("/login?" + urllib.parse.urlencode({"to": to}))
    return browser.submit(form, "/login", user=NAME, password=PASSWORD)


def logged_in(site, to="/account", agent="the browser of the recipes"):
    browser = Browser(site.url, agent)
    answer = site.log_in(browser, to)
    check(answer.status == 303 and len(answer.cookies) == 1, "is not logged in", answer)
    return browser, answer


def everybody_sees_the_first_page(site):
    answer = Browser(site.url).get("/")
    check(answer.status == 200 and "Welcome" in answer.body, "shows no first page", answer)


def a_stranger_is_sent_to_the_login_with_the_way_back(site):
    stranger = Browser(site.url)
    for address in ("/account", "/account?a=1&b=%20", "/account/", "/account/devices"):
        is_sent_to_login(stranger.get(address), address)
    for address in ("/Account", "/ACCOUNT", "//account", "/./account", "/account%2F", "/account;a", "/x/..%2Faccount", "/index.php/account", "/login/../account"):
        answer = stranger.get(address)
        check(answer.status != 200 and "Hello" not in answer.body, f"lets a stranger in at {address}", answer)
    for address in ("/account/note", "/logout"):
        answer = stranger.post(address, {"note": "a stranger's"})
        check(answer.status in (303, 401) and not answer.cookies, f"does something for a stranger at {address}", answer)
    check(stranger.get("/account", {"Accept": "application/json"}).status == 401, "sends a program to the login page")


def a_stranger_who_claims_to_be_somebody_is_one(site):
    stranger = Browser(site.url)
    for name in IDENTITY:
        is_sent_to_login(stranger.get("/account", {name: NAME}), "/account")
        check(NAME not in stranger.get("/login", {name: NAME}).body, f"believes {name}")


def the_way_back_leads_to_this_site_only(site):
    browser = Browser(site.url)
    kept = '/account?a="><b>&c=\'d\''
    form = browser.get("/login?" + urllib.parse.urlencode({"to": kept}))
    check(form.form("/login")["fields"]["to"] == kept and "<b>" not in form.body, "does not keep the way back as it was", form)
    for to in ELSEWHERE:
        answer = browser.get("/login?" + urllib.parse.urlencode({"to": to}))
        check(answer.form("/login")["fields"]["to"] == "/account", f"would lead to {to!r}", answer)
    # Who sends the form without having seen it.
    for to in ELSEWHERE[:6:2]:
        form = browser.get("/login").form("/login")["fields"]
        answer = browser.post("/login", {**form, "user": NAME, "password": PASSWORD, "to": to})
        check(answer.status == 303 and answer.location == "/account", f"leads to {to!r}", answer)


def a_wrong_password_logs_nobody_in(site):
    browser = Browser(site.url)
    for user, password in ((NAME, "Wonderland"), ("nobody", PASSWORD), ("nobody", ""), ("", "")):
        answer = browser.submit(browser.get("/login?to=/account/devices"), "/login", user=user, password=password)
        check(answer.status == 403 and "Wrong name or password." in answer.body, "takes a wrong password", answer)
        check(not any("recipe_session" in cookie for cookie in answer.cookies), "begins a session", answer)
        check(answer.form("/login")["fields"]["to"] == "/account/devices", "forgets the way back", answer)
    is_sent_to_login(browser.get("/account"), "/account")


def a_form_of_another_site_is_refused(site):
    browser, _ = logged_in(site)
    # Another site's page can't read what this site's forms have hidden in them.
    for origin in ("https://evil.test", "null", "http://127.0.0.1.evil.test", site.url.replace("127.0.0.1", "localhost")):
        for address, fields in (("/login", {"user": NAME, "password": PASSWORD}), ("/account/note", {"note": "theirs"}), ("/logout", {})):
            answer = browser.post(address, fields, {"Origin": origin})
            check(answer.status == 403 and not answer.cookies, f"takes a form of {origin} at {address}", answer)
    answer = browser.get("/account")
    greets(answer)
    check("theirs" not in answer.body, "has changed something", answer)


def a_login_leads_to_the_page_that_was_wanted(site):
    browser, answer = logged_in(site, "/account?a=1&b=2")
    check(answer.location == "/account?a=1&b=2", "leads elsewhere", answer)
    check("HttpOnly" in answer.cookies[0] and "SameSite=Lax" in answer.cookies[0], "gives another cookie", answer)
    told = [name for name in answer.headers if name.lower().startswith(("x-session-", "x-accel-"))]
    check(not told, f"lets out {told}", answer)
    page = browser.follow(answer)
    greets(page)
    check("Groups: staff" in page.body and "Note: none yet" in page.body, "does not show the session", page)
    for name in IDENTITY:
        greets(browser.get("/account", {name: "root"}))


def session_data_stays(site):
    browser, _ = logged_in(site)
    answer = browser.submit(browser.get("/account"), "/account/note", note=NOTE)
    check(answer.status == 303 and answer.location == "/account", "does not keep a note", answer)
    for _ in range(2):
        page = browser.get("/account", {"X-Auth-Request-Note": "forged"})
        greets(page)
        check("Note: " + NOTE in html.unescape(page.body) and "<b>" not in page.body, "does not show the note", page)
    browser.submit(page, "/account/note", note="x" * 300)
    page = browser.get("/account")
    check("Note: " + "x" * 200 + "<" in page.body.replace("\n", ""), "keeps a longer note than it offers", page)


def a_user_ends_another_login(site):
    first, _ = logged_in(site, agent="the first")
    second, _ = logged_in(site, agent="the second")
    page = first.get("/account/devices")
    check(page.status == 200 and "Your devices" in page.body, "shows no devices", page)

    def names():
        answer = first.get("/sessions", {"Accept": "application/json"})
        check(answer.status == 200, "lists no sessions", answer)
        return {session["agent"]: session["name"] for session in json.loads(answer.body)["sessions"]}

    check({"the first", "the second"} <= names().keys(), f"lists other sessions: {names()}")
    answer = first.ask("DELETE", "/sessions?name=" + names()["the second"], headers={"Origin": site.url})
    check(answer.status == 204, "does not end the other login", answer)
    check("the second" not in names(), "has the other login still")
    is_sent_to_login(second.get("/account"), "/account")
    greets(first.get("/account"))


def until_stopped(process):
    """SIGSTOP takes one thread after the other."""
    deadline = time.monotonic() + 20
    while any("State:\tT" not in file.read_text() for file in pathlib.Path(f"/proc/{process}/task").glob("*/status")):
        check(time.monotonic() < deadline, f"process {process} does not stop")


def an_outage_is_no_logout(site):
    browser, _ = logged_in(site)
    os.kill(site.gateway, signal.SIGSTOP)
    try:
        until_stopped(site.gateway)
        answer = browser.get("/account")
    finally:
        os.kill(site.gateway, signal.SIGCONT)
    check(answer.status == 503 and answer.headers.get("Retry-After") and not answer.cookies, "is not a 503", answer)
    greets(browser.get("/account"))


def after_the_logout_the_cookie_is_worth_nothing(site):
    browser, _ = logged_in(site)
    thief = browser.copy()
    answer = browser.get("/logout")
    check(answer.status in (404, 405), "can be logged out by an image", answer)
    page = browser.get("/account")
    greets(page)
    answer = browser.submit(page, "/logout")
    check(answer.status == 303 and answer.location == "/" and len(answer.cookies) == 1, "is not logged out", answer)
    check(len(browser.jar) == len(thief.jar) - 1, "keeps the cookie", answer)
    for who in (browser, thief):
        is_sent_to_login(who.get("/account"), "/account")
    check("Welcome" in browser.follow(answer).body, "is sent elsewhere")


def nobody_guesses_for_long(site):
    """The last step, since it is nginx that refuses logins of this address from then on."""
    browser = Browser(site.url)
    statuses = []
    while len(statuses) < 60 and 429 not in statuses:
        statuses.append(browser.submit(browser.get("/login"), "/login", user=NAME, password="a guess").status)
    check(statuses[-1] == 429 and set(statuses[:-1]) <= {403}, f"takes guesses without end: {statuses}")


STEPS = (everybody_sees_the_first_page, a_stranger_is_sent_to_the_login_with_the_way_back, a_stranger_who_claims_to_be_somebody_is_one,
         the_way_back_leads_to_this_site_only, a_wrong_password_logs_nobody_in, a_form_of_another_site_is_refused,
         a_login_leads_to_the_page_that_was_wanted, session_data_stays, a_user_ends_another_login, an_outage_is_no_logout,
         after_the_logout_the_cookie_is_worth_nothing, nobody_guesses_for_long)
