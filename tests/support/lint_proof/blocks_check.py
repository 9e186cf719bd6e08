"""The check itself: auth locations of one's own, what switches the check off, addresses that clients make up."""
from lint_proof.block import block, fresh, needs
from lint_proof.blocks_phases import hand_headers, program
from lint_proof.site import FASTCGI, PROTECT, PUBLIC

ASK = """fastcgi_pass session_gateway; fastcgi_pass_request_body off; fastcgi_param CONTENT_LENGTH ""; fastcgi_pass_request_headers off;
        fastcgi_param HTTP_COOKIE $http_cookie if_not_empty; fastcgi_param REQUEST_METHOD $request_method;"""
RIGHT = {"endpoint": "fastcgi_param GATEWAY_ENDPOINT auth;", "require": "fastcgi_param GATEWAY_REQUIRE login;", "internal": "internal;",
         "pages": "error_page 418 @session_outage; fastcgi_intercept_errors off;", "ask": ASK, "more": ""}


def own_check(site, rng, **wrong):
    """A place with a check by hand, which asks an auth location in which these parts are other than is right."""
    parts = {**RIGHT, **wrong}
    site.location("= /check", *parts.values())
    site.location("/hand/", "auth_request /check;", 'set $session_not_included "";', hand_headers(), "proxy_pass http://app;")
    site.areas.append(("/hand/", "login"))
    site.pages.append("/hand/secret.txt")


@block
def right_check_by_hand(site, rng):
    own_check(site, rng, require=rng.choice((RIGHT["require"], "fastcgi_param GATEWAY_REQUIRE $session_login;")))


@block
def check_for_the_wrong_thing(site, rng):
    own_check(site, rng, endpoint=f"fastcgi_param GATEWAY_ENDPOINT {rng.choice(('session', 'health', 'commit', '$arg_end', 'authentication'))};")


@block
def check_that_requires_little(site, rng):
    own_check(site, rng, require=rng.choice(("", 'fastcgi_param GATEWAY_REQUIRE "";', "fastcgi_param GATEWAY_REQUIRE $arg_rule;",
                                             "fastcgi_param GATEWAY_REQUIRE $session_touch;",
                                             "fastcgi_param GATEWAY_REQUIRE $http_x_rule;", "fastcgi_param GATEWAY_REQUIRE $session_require;")))


@block
def check_with_other_cookies(site, rng):
    own_check(site, rng, ask=ASK.replace("$http_cookie if_not_empty",
                                         rng.choice(("$arg_cookie", "$http_x_cookie", "$http_cookie", '"__Host-session=$cookie___Host_session"'))))


@block
def check_that_clients_can_ask(site, rng):
    own_check(site, rng, internal="")


@block
def check_that_is_cached(site, rng):
    zone = fresh(site, "c")
    site.http.append(f"fastcgi_cache_path @DIR@/cache-{zone.split('_')[0]} keys_zone={zone}:64k;")
    key = rng.choice(("$request_uri", "$host$uri", '"$http_cookie"', '"$http_cookie $request_uri"', "$cookie_user", "$remote_addr",
                      '"$cookie___Host_session"', "$session_login$http_cookie"))
    own_check(site, rng, more=f"fastcgi_cache {zone}; fastcgi_cache_key {key}; fastcgi_cache_valid any 1m; "
                              "fastcgi_ignore_headers Set-Cookie Cache-Control Expires Vary;")


@block
def check_made_a_success(site, rng):
    pages = rng.choice(("error_page 401 403 =200 /fine;", "error_page 401 = /fine;", "error_page 502 504 =200 /fine;", "error_page 401 =204 @fine;",
                        "error_page 401 =401 @fine;",
                        "error_page 418 = /fine;"))
    intercept = rng.choice(("fastcgi_intercept_errors on;", "fastcgi_intercept_errors on;", "fastcgi_intercept_errors off;", ""))
    where = rng.choice(("here", "here", "server"))
    site.location("= /fine", rng.choice(("internal;", "")), "return 200 fine;")
    site.location("@fine", "return 200 fine;")
    if where == "server":
        site.server += [pages, intercept]
        own_check(site, rng, pages="")
    else:
        own_check(site, rng, pages=f"{pages} {intercept}")


@block
def check_answered_by_others(site, rng):
    by = rng.choice(("return 204;", "proxy_pass http://app;", "proxy_pass http://app/open/;", FASTCGI,
                     "root @DIR@/site; try_files /open/page.html =401;", "if ($http_x_debug) { return 204; } " + ASK
                     + RIGHT["endpoint"] + RIGHT["require"], "empty_gif;", "if ($arg_debug) { return 200; } proxy_pass http://app;", "return 401;",
                     "proxy_pass http://other;", "rewrite ^ /open/page.html last;"))
    needs("open/page" not in by or site.is_files)
    site.files += [("site/open/page.html", "open")]
    site.location("= /check", rng.choice(("internal;", "")), by)
    site.location("/hand/", "auth_request /check;", 'set $session_not_included "";', hand_headers(), "proxy_pass http://app;")
    site.location("/more/", PROTECT, "proxy_pass http://app;")
    site.areas.append(("/hand/", "login"))
    site.pages.append("/hand/secret.txt")


@block
def check_of_another_address(site, rng):
    to = rng.choice(("/open/check", "/check", "/nowhere", "/_session/auth?x=1", "/_session/auth/", "/_session/session", "/_session/commit",
                     "/admin/check"))
    site.location("/hand/", f"auth_request {to};", 'set $session_not_included "";', hand_headers(), "proxy_pass http://app;")
    site.location("/more/", PROTECT, "proxy_pass http://app;")
    site.areas.append(("/hand/", "login"))
    site.pages.append("/hand/secret.txt")


@block
def satisfy_any(site, rng):
    site.after.append("satisfy any;")
    site.after.append(rng.choice(("allow 10.0.0.0/8; deny all;", "allow all;", "allow unix:; deny all;", "deny all;", "allow 127.0.0.0/8; deny all;",
                                  'auth_basic "x"; auth_basic_user_file @DIR@/none;', "")))


@block
def satisfy_any_around(site, rng):
    """Inherited from the server, or from the location around."""
    where = rng.choice(("server", "outer"))
    if where == "server":
        site.server.append(f"satisfy any; allow {rng.choice(('unix:', 'all', '10.0.0.0/8'))}; deny all;")
    else:
        needs(site.place in ("", "^~"))
        site.after.append(f"satisfy any; allow unix:; deny all; location /admin/inner/ {{ {PROTECT} {site.serves(False)} }}")


@block
def addresses_that_clients_say(site, rng):
    site.listen = "@TCP@"
    # The probe asks from 127.0.0.2. A narrow range is the owner's own proxies, of which no client is one: whoever is there may say anything.
    peers, header = rng.choice(("0.0.0.0/0", "64.0.0.0/2", "10.0.0.0/8", "127.0.0.1")), rng.choice(("X-Forwarded-For", "X-Real-IP"))
    site.server.append(f"set_real_ip_from {peers}; real_ip_header {header}; " + rng.choice(("", "real_ip_recursive on;")))
    way = rng.choice(("satisfy", "health", "allowed", "geo"))
    if way == "satisfy":
        site.after.append("satisfy any; allow 10.0.0.0/8; allow 127.0.0.1; deny all;")
    elif way == "allowed":
        site.location("/intern/", "allow 10.0.0.0/8; allow 127.0.0.1; deny all;", site.public, "proxy_pass http://app;")
        site.areas.append(("/intern/", "login"))
        site.pages.append("/intern/secret.txt")
    elif way == "geo":
        name = "$" + fresh(site, "v")
        site.http.append(f'geo {name} {{ default login; 10.0.0.0/8 ""; 127.0.0.1 ""; }}')
        site.before.append(f"set $session_login {name};")
    else:
        site.server.append("include @CONF@/session-gateway-health.conf;")
        for line in ("X-Real-IP: 127.0.0.1", "X-Forwarded-For: 127.0.0.1"):
            site.ask("nobody", "GET", "/_session/metrics", [line])


@block
def monitoring_for_everybody(site, rng):
    site.location("= /metrics", rng.choice(("", "allow all;", "allow 10.0.0.0/8; deny all;")),
                  "fastcgi_pass session_gateway; fastcgi_param GATEWAY_ENDPOINT metrics; fastcgi_param REQUEST_METHOD $request_method;")
    site.ask("nobody", "GET", "/metrics")


@block
def check_at_the_server(site, rng):
    """The check for all, and locations that say otherwise."""
    needs(site.kind == "proxy")
    site.server.append("auth_request /_session/auth; set $session_not_included \"\";" if rng.random() < 0.5 else PROTECT)
    site.public = rng.choice((PUBLIC + " auth_request off;", PROTECT))
    if site.public == PROTECT:
        site.areas.append(("/", "login"))
    site.location("/assets/", rng.choice(("auth_request off;", "", "auth_request off; " + PUBLIC)), program(site))
    site.areas.append(("/assets/", "open"))


@block
def check_by_an_upstream_with_a_spare(site, rng):
    """Somebody else answers when the gateway does not."""
    name = "spare_@ID@"
    first, spare = rng.choice(("gateway", "nowhere")), rng.choice(("app_fastcgi", "gateway"))
    site.http.append(f"upstream {name} {{ server unix:@TOP@/{first}.sock; server unix:@TOP@/{spare}.sock backup; }}")
    own_check(site, rng, ask=ASK.replace("fastcgi_pass session_gateway", f"fastcgi_pass {name}"), more="fastcgi_next_upstream error timeout;")


@block
def check_that_follows_headers(site, rng):
    """The client's headers as params of the check."""
    own_check(site, rng, ask=ASK.replace("fastcgi_pass_request_headers off;",
                                         rng.choice(("", "fastcgi_param HTTP_X_SESSION_SET $http_x_session_set;"))),
              more=rng.choice(("", "fastcgi_param GATEWAY_REQUIRE $http_gateway_require;", "fastcgi_param GATEWAY_ENDPOINT session;")))


@block
def check_switched_by_a_variable(site, rng):
    """auth_request takes no variable, so people switch by other means."""
    name = fresh(site, "v")
    said = rng.choice(("$http_x_debug", "$remote_addr", "$request_uri", "$arg_debug", "$http_referer"))
    site.http.append(f'map {said} ${name} {{ default 0; 1 1; "~(secret|^10|site)" 1; }}')
    site.location("= /check", "internal;", f"if (${name}) {{ return {rng.choice((200, 204, 401))}; }}", ASK, RIGHT["endpoint"], RIGHT["require"])
    site.location("/hand/", "auth_request /check;", 'set $session_not_included "";', hand_headers(), "proxy_pass http://app;")
    site.areas.append(("/hand/", "login"))
    site.pages.append("/hand/secret.txt")


@block
def check_rewritten(site, rng):
    """A rewrite of the server or of the auth location takes the check elsewhere."""
    needs(site.is_files)
    if rng.random() < 0.5:
        site.server.append(rng.choice(("rewrite ^/_session/(.*)$ /open/page.html last;", "rewrite ^/(.*)auth$ /open/page.html last;",
                                       "if ($arg_debug) { rewrite ^ /open/page.html break; }")))
    else:
        own_check(site, rng, more=rng.choice(("rewrite ^ /open/page.html last;", "if ($arg_debug) { rewrite ^ /open/page.html last; }",
                                              "rewrite ^ /check break;")))
