"""What nginx does before the check, and where it goes on by itself: return, if, rewrite, error_page, try_files, index."""
from lint_proof.block import block, fresh, needs
from lint_proof.site import FASTCGI, PROTECT

CONDITIONS = ("$request_method = POST", "$http_x_debug", "$arg_debug", "$cookie_debug", "$http_user_agent ~ Googlebot", "$args ~ x=1",
              "$request_method !~ ^(GET|HEAD)$", "$http_accept ~ json", "$request_uri ~ ^//", "$uri ~ \\.php$", "$http_referer")
# Statuses that a phase before the check can make, and some that only an application makes.
STATUSES = (400, 402, 404, 405, 408, 410, 411, 412, 413, 414, 416, 418, 421, 429, 451, 490, 497, 500, 501, 502, 503, 504, 507, 599)


def program(site):
    """The lines of a location that passes everything to the application, without a check."""
    return ("proxy_pass http://app;" if site.is_files else site.serves())


def open_target(site, rng):
    """Where an error page may lead: to the application for everybody, to open files, or to what refuses everybody."""
    name = fresh(site, "n").replace("_@ID@", "")
    kind = rng.choice(("@program", "@program", "/program", "/program", "@files", "/page.html", "@refuses", "@protected", "/front.php", "@redirects"))
    if kind == "@program":
        site.location(f"@{name}", site.public, program(site))
        return f"@{name}"
    if kind == "/program":
        site.location(f"= /{name}.app", site.public, rng.choice(("", "internal;")), program(site))
        site.areas.append((f"=/{name}.app", "open"))
        return f"/{name}.app"
    if kind == "/front.php":
        site.location(f"= /{name}.php", site.public, FASTCGI)
        return f"/{name}.php"
    if kind == "@files":
        site.location(f"@{name}", "root @DIR@/site;")
        return f"@{name}"
    if kind == "/page.html":
        return "/open/page.html"
    if kind == "@refuses":
        site.location(f"@{name}", "return 404;")
        return f"@{name}"
    if kind == "@redirects":
        site.location(f"@{name}", "return 302 /login;")
        return f"@{name}"
    site.location(f"@{name}", PROTECT, program(site))
    return f"@{name}"


def error_page(site, rng, status):
    equals = rng.choice(("", "", "=", "=200", "=404"))
    return " ".join(f"error_page {status} {equals} {open_target(site, rng)};".split())


@block
def return_beside_the_check(site, rng):
    status = rng.choice((200, 200, 201, 204, 301, 403, 404))
    site.after.append(f'return {status} "SECRET:login: said";' if status in (200, 201) else f"return {status};")


@block
def if_that_answers(site, rng):
    answer = rng.choice(('return 200 "SECRET:login: said";', "return 403;", "return 404;", "rewrite ^ /open/page.html last;",
                         "rewrite ^ /open/page.html break;"))
    site.after.append(f"if ({rng.choice(CONDITIONS)}) {{ {answer} }}")


@block
def status_of_an_if_leads_on(site, rng):
    status = rng.choice(STATUSES)
    site.before.append(error_page(site, rng, status))
    site.after.append(f"if ({rng.choice(CONDITIONS)}) {{ return {status}; }}")


@block
def status_of_a_return_leads_on(site, rng):
    status = rng.choice(STATUSES + (403, 401))
    site.before.append(error_page(site, rng, status))
    site.after.append(f"return {status};")


@block
def refusal_leads_on(site, rng):
    site.before.append(error_page(site, rng, rng.choice(("401", "403", "401 403", "500", "401 500", "500 502 503"))))


@block
def status_of_access_rules_leads_on(site, rng):
    site.before.append(error_page(site, rng, 403))
    site.after.append(rng.choice(("deny all;", "allow 10.0.0.0/8; deny all;", "limit_except GET { deny all; }", "limit_except POST { deny all; }")))


@block
def status_of_a_password_leads_on(site, rng):
    site.before.append(error_page(site, rng, 401))
    site.after.append('auth_basic "here"; auth_basic_user_file @DIR@/none;')


@block
def status_of_a_limit_leads_on(site, rng):
    zone, status = fresh(site, "z"), rng.choice((503, 429))
    site.http.append(f"limit_req_zone $server_name zone={zone}:32k rate=1r/m;")
    site.before.append(error_page(site, rng, status))
    site.after.append(f"limit_req zone={zone}; limit_req_status {status};")


@block
def status_of_a_large_body_leads_on(site, rng):
    site.before.append(error_page(site, rng, rng.choice(("413", "413 414", "404 413"))))
    site.after.append("client_max_body_size 1k;")


@block
def status_of_the_server_leads_on(site, rng):
    status = rng.choice(("400", "404", "405", "413", "414", "494", "501", "400 404 405 413 414 494 500 501 502 503 504", "403"))
    site.server.append(error_page(site, rng, status))
    if rng.random() < 0.5:  # a protected place that has no error_page of its own
        site.protect = PROTECT
        site.location("/hand/", "auth_request /_session/auth; set $session_not_included \"\";", hand_headers(), program(site))
        site.areas.append(("/hand/", "login"))
        site.pages.append("/hand/secret.txt")


def hand_headers():
    lines = ["auth_request_set $session_cookie $upstream_http_x_session_cookie;"]
    for name in ("User", "Email", "Groups"):
        lines.append(f"auth_request_set $session_{name.lower()} $upstream_http_x_auth_request_{name.lower()};")
        lines.append(f"proxy_set_header X-Auth-Request-{name} $session_{name.lower()};")
        lines.append(f"fastcgi_param HTTP_X_AUTH_REQUEST_{name.upper()} $session_{name.lower()};")
    lines.append("proxy_set_header Cookie $session_cookie; fastcgi_param HTTP_COOKIE $session_cookie;")
    return " ".join(lines)


@block
def rewrite_in_the_protected_place(site, rng):
    flag = rng.choice(("last", "break", "", "redirect"))
    to = rng.choice((("^/admin(/.*)$", "$1"), ("^", "/front.php"), ("^/admin/(.*)$", "/inner/$1"), ("^/admin/(.*)$", "/open/../admin2/$1"),
                     ("^(.*)\\.jpg$", "$1.txt"), ("^/admin/(?<what>.*)$", "/open/$what")))
    site.after.append(" ".join(f"rewrite {to[0]} {to[1]} {flag};".split()))
    if to[1] == "/front.php":
        site.location("= /front.php", site.public, FASTCGI)
    if to[1].startswith("/inner"):
        lines = ["alias @DIR@/site/admin/;"] if site.is_files else ["rewrite ^/inner/(.*)$ /admin/$1 break;", site.serves()]
        site.location("/inner/", site.public, rng.choice(("", "internal;")), *lines)


@block
def rewrite_of_the_server(site, rng):
    flag, to = rng.choice(("last", "break", "")), rng.choice(("/inner/$1", "/open/page.html", "/admin/$1"))
    site.server.append(" ".join(f"rewrite ^/{rng.choice(('admin', 'staff', '[a-z]+'))}/(.*)$ {to} {flag};".split()))
    lines = ["alias @DIR@/site/admin/;"] if site.is_files else ["rewrite ^/inner/(.*)$ /admin/$1 break;", site.serves()]
    if to.startswith("/inner"):
        site.location("/inner/", site.public, *lines)


@block
def if_of_the_server(site, rng):
    answer = rng.choice(('return 200 "SECRET:login: said";', "return 403;", "rewrite ^/admin/(.*)$ /inner/$1 last;", 'set $session_login "";',
                         "set $session_require none;", "rewrite ^ /open/page.html;"))
    site.server.append(f"if ({rng.choice(CONDITIONS)}) {{ {answer} }}")
    if "inner" in answer:
        lines = ["alias @DIR@/site/admin/;"] if site.is_files else ["rewrite ^/inner/(.*)$ /admin/$1 break;", site.serves()]
        site.location("/inner/", site.public, *lines)


@block
def return_of_the_server(site, rng):
    site.server.append(rng.choice(('return 200 "hello";', "return 204;", "return 301 https://$host$request_uri;", "return 404;")))


@block
def try_files_in_the_protected_place(site, rng):
    needs(site.place != "=" and site.kind != "alias")
    to = rng.choice(("/front.php", "@program", "=404", "/open/page.html", "/admin/index.html"))
    site.after.append(f"try_files {rng.choice(('$uri', '$uri $uri/', '/none'))} {to};")
    if to == "/front.php":
        site.location("= /front.php", rng.choice((site.public, PROTECT, site.public + " internal;")), FASTCGI)
    if to == "@program":
        site.location("@program", rng.choice((site.public, PROTECT, "")), program(site))


@block
def try_files_in_the_open_place(site, rng):
    needs(site.is_files)
    to = rng.choice(("/admin$uri", "/admin/$arg_file", "$uri/../admin/secret.txt", "$uri.html"))
    site.open_lines.append(f"try_files $uri {to} {rng.choice(('=404', '/index.html', '@none', '/admin/secret.txt'))};")
    site.location("@none", "return 404;")


@block
def index_in_the_protected_place(site, rng):
    needs(site.is_files)
    site.after.append(f"index {rng.choice(('index.html', 'index.php index.html', '/open/page.html', 'none.html /admin/secret.txt'))};")
    if rng.random() < 0.5:
        site.location("~ \\.(php|html)$", rng.choice(("", PROTECT, "expires 1d;")))


@block
def exact_directory_with_an_index(site, rng):
    site.location("= /club/", PROTECT, "index secret.html;", "" if site.is_files else site.serves(False))
    site.areas.append(("=/club/", "login"))
    site.pages.append("/club/")
    if site.is_files:
        site.areas.append(("/club/", "login"))
        site.files.append(("site/club/secret.html", "login"))
        site.pages.append("/club/secret.html")


@block
def intercepted_errors(site, rng):
    needs(not site.is_files and site.kind in ("proxy", "fastcgi"))
    site.before.append(error_page(site, rng, rng.choice((404, 401, 403, 500, "404 500"))))
    site.after.append("proxy_intercept_errors on; fastcgi_intercept_errors on;")


@block
def status_of_a_connection_limit_leads_on(site, rng):
    zone = fresh(site, "z")
    site.http.append(f"limit_conn_zone $server_name zone={zone}:32k;")
    site.before.append(error_page(site, rng, "503"))
    site.after.append(f"limit_conn {zone} 1;")


@block
def error_page_around(site, rng):
    """An error page of the server, and a protected place whose own lines end it, or don't."""
    site.server.append(error_page(site, rng, rng.choice(("401", "403", "401 403 500", "404"))))
    inner = rng.choice(("auth_request /_session/auth; set $session_not_included \"\";", PROTECT))
    site.location("/hand/", inner, "" if inner == PROTECT else hand_headers(),
                  rng.choice(("deny all;", "", "if ($request_method = POST) { return 403; }")), "proxy_pass http://app;")
    site.areas.append(("/hand/", "login"))
    site.pages.append("/hand/secret.txt")


@block
def error_page_of_an_error_page(site, rng):
    """One error page leads to a place with another."""
    site.before.append("error_page 401 @first;")
    site.location("@first", rng.choice(("recursive_error_pages on;", "")), error_page(site, rng, "404"), "return 404;")


@block
def error_page_with_a_variable(site, rng):
    name = fresh(site, "v")
    site.http.append(f"map $request_method ${name} {{ default /open/page.html; POST /front.php; }}")
    to = rng.choice((f"${name}", "/open/$arg_page", "$request_uri", "/inner$uri"))
    site.before.append(f"error_page {rng.choice(('401', '403', '404'))} {rng.choice(('=', ''))} {to};")
    site.after.append(rng.choice(("", "if ($request_method = POST) { return 404; }", "deny all;")))
    lines = ["alias @DIR@/site/;"] if site.is_files else ["rewrite ^/inner/(.*)$ /$1 break;", site.serves()]
    site.location("/inner/", site.public, *lines)
    site.location("= /front.php", site.public, FASTCGI)


@block
def try_files_to_a_variable(site, rng):
    needs(site.kind == "files" and site.place != "=")
    site.after.append(f"try_files $uri {rng.choice(('/inner$uri', '$uri.html', '/index.php$is_args$args', '/$arg_page'))};")
    site.location("= /index.php", rng.choice((site.public, PROTECT)), FASTCGI)


@block
def break_before_the_rest(site, rng):
    """`break` and `if` stop what the rewrite module would do, not the check."""
    site.before.append(rng.choice(("break;", "if ($http_x_debug) { break; }",
                                   f"if ({rng.choice(CONDITIONS)}) {{ set $session_not_included \"\"; break; }}")))


@block
def program_in_an_if(site, rng):
    needs(site.kind in ("proxy", "fastcgi"))
    passes = "proxy_pass http://app;" if site.kind == "proxy" else "fastcgi_pass app_fastcgi;"
    where = site.after if rng.random() < 0.5 else site.open_lines
    where.append(f"if ({rng.choice(CONDITIONS)}) {{ {rng.choice(('', 'rewrite ^/(.*)$ /admin/$1 break;', 'set $x y;'))} {passes} }}")
