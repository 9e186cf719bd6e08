"""Whose word reaches the application: identity headers, and what a location asks of a session."""
from lint_proof.block import block, fresh, needs
from lint_proof.site import PASSES, PROTECT, PUBLIC

# What the client says, directly or in parts.
SAID = ("$http_x_who", "$arg_user", "$cookie_user", "$remote_user", "$http_from", "$http_x_auth_request_user", "${http_x_who}", "$args",
        "x$arg_user", "$http_x_remote_user")
HEADER = "X-Auth-Request-User"


def words_of_the_client(site, rng):
    """A variable, by way of the modules that make variables, of which the client has a say, or has not."""
    name, said = "$" + fresh(site, "v"), rng.choice(SAID)
    way = rng.choice(("map value", "map value", "map key", "map of nothing", "map regex", "chain", "set", "if", "capture", "geo", "split", "fixed",
                      "location", "map default"))
    if way == "map value":
        site.http.append(f"map {rng.choice(('$server_port', '$scheme', '$request_method'))} {name} {{ default {said}; }}")
    elif way == "map default":
        site.http.append(f'map $remote_addr {name} {{ default {said}; 10.0.0.1 ""; }}')
    elif way == "map key":
        site.http.append(f'map {said} {name} {{ default ""; eve alice; ~eve alice; xeve alice; }}')
    elif way == "map of nothing":
        site.http.append(f'map {said} {name} {{ default ""; }}')
    elif way == "map regex":
        site.http.append(f'map {said} {name} {{ default ""; "~(?<part_@ID@>eve)" $part_@ID@; }}')
    elif way == "chain":
        other = "$" + fresh(site, "v")
        site.http += [f"map $server_port {other} {{ default {said}; }}", f"map $scheme {name} {{ default {other}; }}"]
    elif way == "set":
        (site.before if rng.random() < 0.5 else site.server).append(f"set {name} {said};")
    elif way == "if":
        said = said.replace("{", "").replace("}", "").removeprefix("x")
        site.before.append(f'set {name} ""; if ({said} ~ "(.+)") {{ set {name} $1; }}')
    elif way == "capture":
        site.before.append(f'if ($args ~ "user=(?<who_@ID@>[a-z]+)") {{ set {name} $who_@ID@; }}')
        site.server.append(f'set {name} "";')
    elif way == "geo":
        site.http.append(f"geo {said if said[1:].isidentifier() else '$arg_user'} {name} {{ default guest; 10.0.0.0/8 alice; }}")
    elif way == "split":
        site.http.append(f'split_clients "{said}" {name} {{ 99% alice; * bob; }}')
    elif way == "location":
        site.location("~ ^/by/(?<by_@ID@>.*)$", site.public, f"set {name} $by_@ID@; proxy_set_header {HEADER} {name};" if site.kind != "fastcgi"
                      else f"fastcgi_param HTTP_X_AUTH_REQUEST_USER {name};", site.serves())
        site.ask("nobody", "GET", "/by/eve")
        site.server.append(f'set {name} "";')
    else:
        site.http.append(f'map $server_port {name} {{ default ""; }}')
    return name


def header_line(site, value, name=HEADER):
    param = f"HTTP_{name.upper().replace('-', '_')}"
    return {"fastcgi": f"fastcgi_param {param} {value};", "uwsgi": f"uwsgi_param {param} {value};", "grpc": f"grpc_set_header {name} {value};"}.get(
        site.kind, f"proxy_set_header {name} {value};")


def passed(site):
    """What passes requests to the application, and nothing else."""
    return PASSES.get(site.kind) or site.serves()


@block
def header_from_the_client(site, rng):
    needs(not site.is_files)
    line = header_line(site, words_of_the_client(site, rng), rng.choice((HEADER, HEADER, "X-Auth-Request-Groups")))
    way = rng.choice(("protected", "open", "inner"))
    if way == "inner" and site.place in ("", "^~"):
        site.after.append(f"location /admin/inner/ {{ {PROTECT} {line} {site.serves(False)} }}")
    elif way == "open":
        site.open_lines.append(line)
    else:
        site.after.append(line)


@block
def word_of_the_check_from_the_client(site, rng):
    needs(not site.is_files)
    name = rng.choice(("user", "groups"))
    value = rng.choice(("$http_x_who", "$arg_user", "$upstream_http_x_auth_request_user", words_of_the_client(site, rng)))
    site.after.append(f"auth_request_set $session_{name} {value};")


@block
def header_lines_of_an_outer_level_end(site, rng):
    needs(site.kind in ("proxy", "fastcgi"))
    own = rng.choice(("proxy_set_header Host $host; fastcgi_param HTTPS on;",
                      "proxy_set_header X-Real-IP $remote_addr; fastcgi_param SERVER_NAME x;"))
    kind = rng.choice(("inner", "inner_word", "if", "open", "server", "limit_except"))
    if kind == "inner" and site.place in ("", "^~"):
        site.after.append(f"location /admin/inner/ {{ {own} {site.serves(False)} }}")
    elif kind == "inner_word" and site.place in ("", "^~"):
        site.after.append(f'location /admin/inner/ {{ set $session_not_included ""; {own} {site.serves(False)} }}')
    elif kind == "open":
        site.location("/tenant/", own, site.serves())
    elif kind == "server":
        site.server += [PUBLIC]
        site.location("/tenant/", own, site.serves())
    elif kind == "limit_except":
        site.after.append(f"limit_except GET {{ {'proxy_pass http://app;' if site.kind == 'proxy' else 'allow all;'} }}")
    else:
        site.after.append(f"if ($request_method = POST) {{ {'proxy_pass http://app;' if site.kind == 'proxy' else 'set $x 1;'} }}")


@block
def names_with_underscores(site, rng):
    needs(site.kind in ("proxy", "grpc"))
    site.server.append(rng.choice(("underscores_in_headers on;", "ignore_invalid_headers off;")))


@block
def headers_not_cleared(site, rng):
    needs(not site.is_files)
    site.location("/other/", rng.choice(("", "proxy_pass_request_headers off; fastcgi_pass_request_headers off; uwsgi_pass_request_headers off;",
                                         header_line(site, '""'))), passed(site))


@block
def other_protocol_with_the_include_alone(site, rng):
    needs(site.kind in ("uwsgi", "grpc"))
    site.location("/plain/", rng.choice((PROTECT, PUBLIC)), passed(site))


@block
def what_is_required(site, rng):
    value = rng.choice(('""', "$http_x_rule", "$arg_rule", "$cookie_rule", '"admin"', "admin"))
    variable = rng.choice(("$session_login", "$session_require", "$session_not_included"))
    where = rng.choice(("after", "if", "if", "server", "map"))
    condition = rng.choice(("$http_x_debug", "$request_method = POST", "$arg_debug", "$remote_addr = 10.0.0.1", "$request_uri !~ secret\\.txt$",
                            "$host = internal.test",
                            "$request_uri ~ ^//", "$cookie_debug", "$http_user_agent ~ bot", "$args", "$request_method = GET"))
    # The include takes $session_login: behind it the word is for nobody.
    place = site.before if variable == "$session_login" else site.after
    if where == "after":
        needs(value != '""' or variable != "$session_login")
        place.append(f"set {variable} {value};")
    elif where == "if":
        place.append(f"if ({condition}) {{ set {variable} {value}; }}")
    elif where == "server":
        site.server.append(f"set {variable} {value};")
    else:
        name = "$" + fresh(site, "v")
        said = rng.choice(("$http_x_debug", "$arg_debug", "$request_method", "$request_uri", "$cookie_debug"))
        site.http.append(f'map {said} {name} {{ default login; 1 ""; POST ""; "~//|%" ""; }}')
        site.before.append(f"set $session_login {name};")


@block
def default_of_a_word_replaced(site, rng):
    variable, text = rng.choice((("$session_login", "login"), ("$session_require", "admin"), ("$session_not_included", "")))
    site.alone = True
    site.http.append(f'map {rng.choice(("$http_x_debug", "$arg_debug", "$server_port", "$cookie_debug"))} {variable} {{ default "{text}"; 1 ""; }}')


@block
def session_endpoint(site, rng):
    needs(site.level == "login")
    allow = rng.choice(("set:theme", "set", "unset", "unset:banned", "set:user", "set:groups", "set:banned", "destroy", "$arg_allow"))
    site.before.append("set $session_require welcome;")
    site.areas[0] = (site.areas[0][0], "admin")
    site.files = [(name, "admin" if level == "login" else level) for name, level in site.files]
    site.location("= /session", f"fastcgi_param GATEWAY_ALLOW {allow};", "include @CONF@/session-gateway-session.conf;")
    for body in ('{"unset":["banned"]}', '{"set":{"user":"alice","groups":["admin"]}}', '{"set":{"banned":null}}'):
        site.ask("bob!", "POST", "/session?allow=set,unset", ["Sec-Fetch-Site: same-origin"], body)
        site.ask("bob!", "GET", site.pages[0])


@block
def commit_location_of_ones_own(site, rng):
    lines = rng.choice(("internal;", "", "auth_request off;"))
    source = rng.choice(("$upstream_http_x_session_set", "$http_x_session_set", "$arg_set"))
    allow = rng.choice(("fastcgi_param GATEWAY_COMMIT $session_trust;", "", "fastcgi_param GATEWAY_COMMIT on;"))
    site.location("= /commit", lines, f"set $wish {source}; fastcgi_pass session_gateway; fastcgi_param GATEWAY_ENDPOINT commit; {allow}"
                  "fastcgi_pass_request_headers off; fastcgi_param SESSION_STATUS 200; fastcgi_param SESSION_SET $wish if_not_empty; "
                  "fastcgi_param HTTP_COOKIE $http_cookie;"
                  "fastcgi_param HTTP_HOST $host; fastcgi_param REQUEST_METHOD $request_method; fastcgi_pass_request_body off; "
                  'fastcgi_param CONTENT_LENGTH "";')
    site.ask("nobody!", "GET", '/commit?set={"user":"alice","groups":["admin"]}', ['X-Session-Set: {"user":"alice","groups":["admin"]}'])
    site.ask("nobody!", "GET", site.pages[0])


@block
def commit_of_another_application(site, rng):
    site.location("/tenant/", rng.choice(("", "", PUBLIC + ' set $session_commit "";', 'proxy_set_header Cookie "";')), "proxy_pass http://other;")
    site.ask("nobody!", "GET", "/tenant/_login/alice")
    site.ask("nobody!", "GET", site.pages[0])


@block
def words_that_go_along(site, rng):
    """A place that loosens its own check, and a way from it to the protected place: above the include or below it, or in a place
    without a check."""
    needs(site.level != "session")
    word = rng.choice(('set $session_login "";', "set $session_preflight on;"))
    target = rng.choice(("/admin/secret.txt", "@further"))
    if target == "@further":
        site.location("@further", PROTECT, site.serves(False))
    address = rng.choice((target, "/admin/secret.txt")) if target != "@further" else target
    rewrites = address != "@further"
    way = rng.choice(("rewrite", "if", "return", "limit", "try_files", "error_page"))
    needs(rewrites or way not in ("rewrite", "if"))
    lines = {"rewrite": f"rewrite ^ {address} last;", "if": f"if ($uri) {{ rewrite ^ {address} last; }}",
             "return": f"error_page 410 = {address}; return 410;", "try_files": f"try_files /none {address};",
             "error_page": f"error_page 404 = {address};",
             "limit": f"error_page 429 = {address}; limit_req zone=z_@ID@; limit_req_status 429;"}[way]
    if way == "limit":
        site.http.append("limit_req_zone $request_method zone=z_@ID@:64k rate=1r/m;")
    parts = [word, PROTECT, lines]
    order = rng.choice(((0, 1, 2), (0, 2, 1), (1, 0, 2), (0, 2)))
    served = "" if way in ("try_files", "error_page") or site.is_files else site.serves(1 not in order)
    site.location("/visitors/", *(parts[i] for i in order), served)
    for session, method, headers in (("visitor", "GET", ()), ("visitor", "GET", ()),
                                     ("nobody", "OPTIONS", ("Origin: https://other.test", "Access-Control-Request-Method: POST")),
                                     ("nobody", "OPTIONS", ("Origin: https://other.test", "Access-Control-Request-Method: POST"))):
        site.ask(session, method, "/visitors/x", headers)
