"""The steps of the recipe with a ready-made application: calendars that belong to whom the gateway names."""
import scenario
from browser import Browser
from scenario import NAME, check, is_sent_to_login, logged_in

QUESTION = '<propfind xmlns="DAV:"><prop><current-user-principal/></prop></propfind>'
EVENT = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:recipes\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20240101T000000Z\r\nDTSTART:20240101T000000Z\r\nSUMMARY:tea\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
CLAIMS = ("X-Remote-User", "X_Remote_User", "x-remote-user", "X-Auth-Request-User", "Remote-User", "REMOTE_USER")


def a_stranger_comes_to_no_calendar(site):
    stranger = Browser(site.url)
    for name in ("Accept", *CLAIMS):
        claim = {} if name == "Accept" else {name: NAME}
        is_sent_to_login(stranger.get("/radicale/", claim), "/radicale/")
        answer = stranger.raw("PROPFIND", "/radicale/", QUESTION, {"Accept": "application/xml", "Authorization": "Basic YWxpY2U6YQ==", **claim})
        check(answer.status == 401 and NAME not in answer.body, "answers a stranger", answer)


def a_user_has_calendars_and_no_others(site):
    browser, _ = logged_in(site)
    for claim in ({}, *({name: "bob"} for name in CLAIMS), {"Authorization": "Basic Ym9iOmE="}):
        answer = browser.raw("PROPFIND", "/radicale/", QUESTION, claim)
        check(answer.status == 207 and f"<href>/radicale/{NAME}/</href>" in answer.body, f"is not {NAME}'s with {claim}", answer)
        check(browser.raw("MKCALENDAR", "/radicale/bob/calendar/", "", claim).status == 403, f"lets {NAME} make calendars of bob's with {claim}")
    check(browser.raw("MKCALENDAR", f"/radicale/{NAME}/calendar/", "").status == 201, "makes no calendar")
    check(browser.raw("PUT", f"/radicale/{NAME}/calendar/tea.ics", EVENT).status == 201, "keeps no event")
    # The same user with another login.
    other, _ = logged_in(site)
    check("SUMMARY:tea" in other.get(f"/radicale/{NAME}/calendar/tea.ics").body, "has lost the event")
    check(other.get("/radicale/bob/").status in (403, 404), "shows another's calendars")


def after_the_logout_there_is_no_calendar(site):
    browser, _ = logged_in(site)
    check(browser.get("/radicale/.web/").status == 200, "shows no page")
    browser.submit(browser.get("/account"), "/logout")
    is_sent_to_login(browser.get("/radicale/.web/"), "/radicale/.web/")


STEPS = (scenario.everybody_sees_the_first_page, a_stranger_comes_to_no_calendar, a_user_has_calendars_and_no_others,
         after_the_logout_there_is_no_calendar)
