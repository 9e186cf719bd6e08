"""Checks that ask for less than another one of the same files or application, and places where clients write."""
from lint_proof.block import block, needs
from lint_proof.site import FASTCGI, PROTECT

# Of places that let in more people than most protected places do: without a check, with one for every session, with one for every login.
CHECKS = ("", f'set $session_login ""; {PROTECT}', PROTECT, f"set $session_require admin; {PROTECT}")


@block
def weaker_place_over_the_same_files(site, rng):
    needs(site.is_files)
    check = rng.choice(CHECKS[1:])
    name, lines = rng.choice((("/again/", "alias @DIR@/site/;"), ("/again/", "alias @DIR@/private/;"), ("/deep/", "root @DIR@/site/admin;"),
                              ("~ ^/again/(.*)$", "alias @DIR@/site/admin/$1;"), ("/again/", "alias @DIR@/site/open/;"),
                              ("/again/", "root @DIR@/site; rewrite ^/again/(.*)$ /admin/$1 break;"),
                              ("/again/", "root @DIR@/site; try_files /admin/$arg_file =404;")))
    site.location(name, check, lines)


@block
def weaker_place_of_the_same_application(site, rng):
    needs(site.kind in ("proxy", "fastcgi"))
    check = rng.choice(CHECKS[1:])
    if site.kind == "fastcgi":
        site.location("/again/", check, FASTCGI.replace("$request_uri", rng.choice(("/admin/$arg_file", "/open/x", "$request_uri"))))
        return
    name, lines = rng.choice((("/again/", "proxy_pass http://app/admin/;"), ("/again/", "proxy_pass http://app/;"),
                              ("/again/", "proxy_pass http://app/open/;"), ("/again", "proxy_pass http://app/;"),
                              ("~ ^/again/(.*)$", "proxy_pass http://app/admin/$1;"),
                              ("/again/", "rewrite ^/again/(.*)$ /admin/$1 break; proxy_pass http://app;"),
                              ("/again/", "rewrite ^/again/(.*)$ /admin/$1 last;")))
    site.location(name, check, lines)


@block
def weaker_pattern(site, rng):
    """A pattern with a check of its own beside the protected place, or inside the open one."""
    pattern = rng.choice(("~ \\.txt$", "~* secret", "~ ^/admin/deep/", "~ ^/[a-z]+/deep/", "~* \\.(txt|jpg|php)$"))
    lines = f"location {pattern} {{ {rng.choice(CHECKS[1:])} {site.serves(False)} }}"
    if "^/admin/deep/" in pattern:  # it says by its name what it is for: this is the owner's word
        wanted = "session" if "login" in lines.split(PROTECT)[0] else "admin" if "admin;" in lines.split(PROTECT)[0] else "login"
        needs(wanted == site.level)
    if rng.random() < 0.5:
        site.locations.append(lines)
    else:
        site.open_lines.append(lines)


@block
def forgotten_location_inside(site, rng):
    """An inner location without the include, which a way before the check of another location leads to, or a way of the server."""
    needs(site.place in ("", "^~") and site.kind != "alias" and site.level != "session")
    site.after.append(f"location /admin/inner/ {{ {site.serves(False)} }}")
    if site.is_files:
        site.files.append(("site/admin/inner/secret.txt", site.level))
    to = "/admin/inner/secret.txt"
    way = rng.choice((f"rewrite ^ {to} last;", f"if ($uri) {{ rewrite ^ {to} last; }}", f"error_page 410 = {to}; return 410;",
                      f"try_files /none {to};", f"error_page 404 = {to};", "server"))
    if way == "server":
        site.server.append(f"rewrite ^/visitors/ {to} last;")
        return
    site.location("/visitors/", f'set $session_login ""; {PROTECT}', way, "root @DIR@/site;")
    site.ask("visitor", "GET", "/visitors/x")
    site.ask("bob", "GET", "/visitors/x")


@block
def address_of_the_application_rewritten(site, rng):
    needs(site.kind in ("proxy", "fastcgi"))
    to = rng.choice(("/$arg_page", "/pages/$arg_page", "/$http_x_page", "/pages/$cookie_page", "/pages/show"))
    flag = rng.choice(("break", "break", "last"))
    site.location("/show", site.public, f"rewrite ^ {to} {flag};",
                  site.serves().replace("$request_uri", "$uri"))
    site.ask("nobody", "GET", "/show?page=admin/secret.txt", ["X-Page: admin/secret.txt", "Cookie: page=admin/secret.txt"])
    site.ask("nobody", "GET", "/show?page=../admin/secret.txt", ["Cookie: page=../admin/secret.txt"])


@block
def uploads_into_open_files(site, rng):
    needs(site.is_files)
    site.location("/drop/", "root @DIR@/site; dav_methods PUT DELETE MOVE COPY MKCOL; create_full_put_path on;",
                  "client_body_temp_path @DIR@/body; dav_access all:rw;", rng.choice(("", "ssi on;", "limit_except GET { deny all; }")))
    page = site.pages[0]
    site.ask("nobody", "PUT", "/drop/x.html", [], f'<!--# include virtual="{page}" -->')
    site.ask("nobody", "GET", "/drop/x.html")
    site.ask("nobody", "COPY", "/drop/x.html", [f"Destination: http://site.test{page}"])


@block
def uploads_over_protected_files(site, rng):
    """Who writes there sees nothing, so what the page says afterwards shows that it was written."""
    needs(site.kind == "files" and site.place != "~")
    methods = rng.choice(("PUT DELETE MOVE COPY", "PUT COPY", "PUT MOVE", "PUT", "PUT DELETE"))
    where, session, check = rng.choice((("root @DIR@/site;", "nobody", ""), ("alias @DIR@/drop/;", "nobody", ""),
                                        ("root @DIR@/site;", "bob", PROTECT), ("root @DIR@/elsewhere;", "nobody", ""),
                                        ("root @DIR@/site;", "visitor", f'set $session_login ""; {PROTECT}')))
    site.location("/drop/", check, where, f"dav_methods {methods};", "create_full_put_path on; client_body_temp_path @DIR@/body; dav_access all:rw;",
                  rng.choice(("", "", "limit_except GET { deny all; }", "limit_except GET PUT { deny all; }")))
    for method in ("COPY", "MOVE"):
        site.ask(session, "PUT", "/drop/planted.html", [], f"PLANTED:{session}:")
        site.ask(session, method, "/drop/planted.html", ["Destination: http://site.test/admin/secret.txt"])
        site.ask("alice", "GET", "/admin/secret.txt")


@block
def bodies_kept_in_files(site, rng):
    """The bodies of requests for a protected place, as files of an open one."""
    needs(site.kind in ("proxy", "fastcgi"))
    site.after.append(f"client_body_in_file_only {rng.choice(('on', 'on', 'clean', 'off'))}; "
                      f"client_body_temp_path {rng.choice(('@DIR@/site/bodies', '@DIR@/elsewhere/bodies'))};")
    site.files += [("site/open.txt", "open"), ("elsewhere/open.txt", "open")]  # nginx makes no directory above that of the bodies
    site.location("/bodies/", rng.choice(("root @DIR@/site;", "root @DIR@/site;", f"{PROTECT} root @DIR@/site;")))
    site.ask("alice", "POST", site.pages[0], [], "SECRET:admin: what she sends")
    site.ask("nobody", "GET", "/bodies/0000000001")
    for number in range(1, 6):
        site.ask("nobody", "GET", f"/bodies/{number:010}")
