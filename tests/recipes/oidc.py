"""The steps of the recipe whose login is a provider's."""
import urllib.parse

import scenario
from browser import Browser
from scenario import ELSEWHERE, NAME, check, is_sent_to_login


def at_the_provider(browser, answer):
    """From the site's answer to /login to the address at which the provider sends the browser back."""
    back = f"{browser.site}/login/callback"
    for _ in range(20):
        while answer.status in (302, 303):
            to = urllib.parse.urljoin(answer.url, answer.location)
            if to.startswith(back):
                return to
            answer = browser.get(to)
        # The page for the name, and then the one that asks whether the site may know it.
        form = answer.form("http")
        name = {"login": NAME, "password": "any"} if "login" in form["fields"] else {}
        answer = browser.submit(answer, form["action"], **name)
    raise RuntimeError(f"the provider never sends the browser back: {answer.url}")


def log_in(browser, to):
    answer = browser.get("/login?" + urllib.parse.urlencode({"to": to}))
    check(answer.status == 303 and len(answer.cookies) == 1, "begins no login", answer)
    return browser.get(at_the_provider(browser, answer))


def begun(site):
    browser = Browser(site.url)
    return browser, browser.get("/login?to=/account")


def the_way_back_leads_to_this_site_only(site):
    for to in ELSEWHERE[:6]:
        _, answer = scenario.logged_in(site, to)
        check(answer.location == "/account", f"leads to {to!r}", answer)


def a_session_before_the_login_opens_nothing(site):
    browser, _ = begun(site)
    is_sent_to_login(browser.get("/account"), "/account")


def a_login_that_somebody_else_has_begun_is_refused(site):
    mallory, answer = begun(site)
    address = at_the_provider(mallory, answer)
    is_sent_to_login(Browser(site.url).get(address), address[len(site.url):])
    victim, _ = begun(site)
    for headers in ({}, {"X-Auth-Request-Oidc": '{"to":"/account"}'}):
        answer = victim.get(address, headers)
        check(answer.status == 403 and "Not logged in" in answer.body and not answer.cookies, "logs in with another browser's answer", answer)
    is_sent_to_login(victim.get("/account"), "/account")
    check(mallory.get(address).status == 303, "refuses the browser that has begun it")


def an_answer_counts_once(site):
    browser, answer = begun(site)
    address = at_the_provider(browser, answer)
    check(browser.get(address.replace("code=", "code=x")).status == 403, "takes a code that nobody gave")
    twin = browser.copy()
    check(browser.get(address).status == 303, "refuses the answer")
    for who in (browser, twin, Browser(site.url)):
        answer = who.get(address)
        check(answer.location != "/account" and not answer.cookies, "takes an answer again", answer)


OWN = (a_session_before_the_login_opens_nothing, a_login_that_somebody_else_has_begun_is_refused, an_answer_counts_once)
STEPS = (scenario.everybody_sees_the_first_page, scenario.a_stranger_is_sent_to_the_login_with_the_way_back,
         scenario.a_stranger_who_claims_to_be_somebody_is_one, the_way_back_leads_to_this_site_only, *OWN,
         scenario.a_login_leads_to_the_page_that_was_wanted, scenario.session_data_stays, scenario.a_user_ends_another_login,
         scenario.an_outage_is_no_logout, scenario.after_the_logout_the_cookie_is_worth_nothing)
