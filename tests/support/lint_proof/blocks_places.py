"""Other ways to the same files or the same application: neighbours, patterns, aliases, roots, servers, slashes. Those by a check that
asks for less stand in blocks_weaker.py."""
from lint_proof.block import block, needs
from lint_proof.site import FASTCGI, PROTECT, PUBLIC, SERVER


@block
def pattern_beside_the_protected_place(site, rng):
    pattern = rng.choice(("~* \\.(jpg|png|css)$", "~ \\.php$", "~* \\.(txt|pdf)$", "~ ^/(.*)\\.html$", "~ /secret", "~ ^/open/.*\\.jpg$",
                          "~ ^/[a-z]+/deep/"))
    lines = rng.choice(("expires 1d;", "add_header X-A b;", "auth_request off;", PROTECT, "deny all;", "access_log off; expires max;"))
    site.location(pattern, site.public if "auth_request off" in lines or rng.random() < 0.5 and lines != PROTECT else "", lines,
                  site.serves(lines != PROTECT))


@block
def open_place_inside(site, rng):
    """What a block inside inherits or not. `auth_request off` is the owner's word: then it is open."""
    needs(site.place != "=")
    name, inner = rng.choice((("/admin/deep/", "/admin/deep/"), ("~ \\.jpg$", None), ("= /admin/deep/secret.txt", "=/admin/deep/secret.txt")))
    needs(site.place != "~" or name.startswith("~"))
    way = rng.choice(("off", "bare", "not_included", "protect", "login"))
    lines = {"off": "auth_request off;", "bare": "", "not_included": 'set $session_not_included "";', "protect": PROTECT,
             "login": f'set $session_login ""; {PROTECT}'}[way]
    if site.kind == "alias":
        lines += " alias @DIR@/private/deep/;" if name == "/admin/deep/" else " alias @DIR@/private/deep/secret.txt;" if inner else ""
    site.after.append(f"location {name} {{ {lines} {site.public if way == 'off' else ''} {site.serves(way == 'off')} }}")
    if way in ("off", "login"):
        wanted = "open" if way == "off" else "session"
        site.areas.append((inner, wanted) if inner else ("~^/admin/.*\\.jpg$", wanted))
        deep = ("deep/secret.txt",) if inner else ("secret.jpg",)
        site.files = [(name, wanted if name.endswith(deep) else level) for name, level in site.files]


@block
def alias_beside_protected_files(site, rng):
    needs(site.is_files)
    name = rng.choice(("/img", "/img/", "~ ^/img/(.*)$", "^~ /img", "/img/a"))
    target = rng.choice(("@DIR@/site/", "@DIR@/site/open/", "@DIR@/site/open", "@DIR@/private/", "@DIR@/site/admin/", "@DIR@/site/admin/deep/",
                         "@DIR@/site/img/"))
    site.location(name, f"alias {target}{'$1' if name.startswith('~') else ''};", rng.choice(("", "autoindex on;", PROTECT)))
    site.files.append(("site/img/a.jpg", "open"))


@block
def root_over_the_protected_files(site, rng):
    needs(site.is_files)
    name = rng.choice(("/deep/", "/site/", "/private/", "/admin/", "/secret.txt"))
    needs(name != "/admin/")
    root = {"/deep/": "@DIR@/site/admin", "/site/": "@DIR@", "/private/": "@DIR@", "/secret.txt": "@DIR@/site/admin"}[name]
    site.location(name, f"root {root};", rng.choice(("", "expires 1h;", PROTECT)))


@block
def address_names_the_file(site, rng):
    needs(site.is_files)
    site.location("/get", rng.choice(("alias @DIR@/site/$arg_file;", "root @DIR@/site; try_files /$arg_file =404;",
                                      "root @DIR@/$arg_path; try_files /admin/secret.txt =404;",
                                      "root @DIR@; rewrite ^/get/(.*)$ /site/admin/$1 break;",
                                      "root @DIR@/site; rewrite ^/get/(.*)$ /admin/$1 last;")))


@block
def second_server_over_the_same(site, rng):
    """Another server with the same files or the same application."""
    listen = rng.choice(("@LISTEN@", "@LISTEN@ server_name other.test;"))
    lines = rng.choice(("", PUBLIC, "", SERVER + " " + PUBLIC))
    if "server_name" in listen:
        ports, site.listen = "", "@LISTEN@ server_name site.test;"
        for page in ("/admin/secret.txt", "/secret.txt"):
            site.ask("nobody", "GET", f"http://other.test{page}", ["X-Auth-Request-User: eve"])
        site.ask("bob", "GET", "http://other.test/open/", ["X-Auth-Request-User: eve"])
        root = rng.choice(("@DIR@/site", "@DIR@/site/open", "@DIR@/private", "@DIR@/site/admin"))
        guard = rng.choice(("", PROTECT, "deny all;"))
        site.servers.append(f"server {{ {listen} root {root}; {SERVER if guard == PROTECT or SERVER in lines else ''}\n"
                            f"location / {{ {lines.replace(SERVER, '') if guard != PROTECT else ''} {guard} {site.serves(guard != PROTECT)} }} }}")
    else:
        site.servers.append("server { listen unix:@DIR@/second.sock; server_name _; return 301 https://site.test$request_uri; }")


@block
def slashes_kept(site, rng):
    (site.server if rng.random() < 0.8 else site.http.append("") or site.server).append("merge_slashes off;")


@block
def program_by_another_path(site, rng):
    """An open place that hands other addresses to the application of the protected one."""
    needs(site.kind in ("proxy", "fastcgi"))
    if site.kind == "fastcgi":
        site.location("/front/", site.public, rng.choice(("rewrite ^/front/(.*)$ /admin/$1 break;", "")),
                      FASTCGI.replace("$request_uri", rng.choice(("/admin/$arg_file", "$uri", "$arg_path"))))
        return
    name, to = rng.choice((("/api/", "http://app/"), ("/api/", "http://app/admin/"), ("/api", "http://app/"), ("/api", "http://app/open/"),
                           ("/api/", "http://app/open/"),
                           ("~ ^/api/(.*)$", "http://app/$1"), ("/api/", "http://app/%61dmin/"), ("/api/", "http://app/$arg_path"),
                           ("/api/", "http://app$request_uri"), ("= /api", "http://app/api"),
                           ("= /api", "http://app/admin/secret.txt")))
    site.location(name, site.public, f"proxy_pass {to};")


@block
def program_by_a_rewrite(site, rng):
    needs(not site.is_files)
    site.location("/old/", site.public, f"rewrite ^/old/(.*)$ {rng.choice(('/admin/$1', '/$1', '/new/$1', '$1'))} {rng.choice(('break', 'last'))};",
                  site.serves())


@block
def target_by_the_client(site, rng):
    needs(site.kind == "proxy")
    site.location("/to/", rng.choice((site.public, "")), f"proxy_pass http://{rng.choice(('$arg_to', '$http_x_to', '$cookie_to'))};")
    site.ask("nobody", "GET", "/to/admin/secret.txt?to=app", ["X-To: app", "Cookie: to=app", "X-Auth-Request-User: eve"])
    site.ask("nobody", "GET", "/admin/secret.txt")


@block
def location_without_an_include(site, rng):
    to = rng.choice(("proxy_pass http://other;", "proxy_pass http://app;", FASTCGI, "proxy_pass http://other; proxy_set_header Cookie \"\";"))
    site.location("/tenant/", to)


@block
def protected_page_and_its_files(site, rng):
    """A place that is protected by one address, by a pattern, or by a part of a name."""
    name = rng.choice(("= /club/", "= /club", "~ ^/club/[a-z]+\\.txt$", "~ ^/club/$", "~* ^/club/.*\\.(txt|php)$", "/club/members"))
    site.location(name, PROTECT, site.serves(False))
    address = name.split(" ")[-1]
    modifier = name[:name.find("/")].strip(" ^")
    site.areas.append(({"~*": "~(?i)"}.get(modifier, modifier) + address, "login"))
    page = "/club/" if name in ("= /club/", "~ ^/club/$") else "/club" if name == "= /club" else "/club/members.txt"
    site.pages.append(page)
    if site.is_files and page != "/club":
        site.files += [("site/club/members.txt", "login" if page.endswith("txt") else "open"),
                       ("site/club/index.html", "login" if page == "/club/" else "open")]


@block
def whole_site_with_holes(site, rng):
    """All is protected, and some places are open by intent."""
    needs(site.kind != "alias" and site.place == "")
    site.public = PROTECT
    site.areas.append(("/", "login"))
    for hole in rng.sample(("/open/", "/assets/", "= /favicon.ico", "~* ^/pub/.*\\.jpg$", "~* \\.(jpg|css)$", "/.well-known/"), 2):
        site.location(hole, PUBLIC, site.serves())
        if hole.startswith("="):
            site.areas.append(("=" + hole[2:], "open"))
        else:
            site.areas.append((("~" + hole[3:]) if hole.startswith("~") else hole, "open"))
    site.areas = [(area, wanted) for area, wanted in site.areas if area != "~\\.(jpg|css)$" or wanted != "open"]
    if site.is_files:
        site.files = [(name, "login" if name == "site/index.html" else level) for name, level in site.files]


@block
def program_by_another_name(site, rng):
    """The application's address under another name: a second upstream, its socket, another server or location."""
    needs(site.kind == "proxy")
    name, to = "again_@ID@", rng.choice(("http://again_@ID@/admin/", "http://again_@ID@", "http://unix:@TOP@/app.sock:/admin/",
                                         "http://unix:@TOP@/app.sock"))
    site.http.append(f"upstream {name} {{ server unix:@TOP@/app.sock; {rng.choice(('', 'keepalive 4;'))} }}")
    site.location("/again/", rng.choice((site.public, "", 'proxy_set_header Cookie "";')), f"proxy_pass {to};")


@block
def folder_in_another_case(site, rng):
    """Patterns that do not look at case beside names that do, and names that only look alike."""
    name = rng.choice(("~* ^/admin/pub/", "~* ^/ADMIN/deep/", "/Admin/", "~ ^/admin", "^~ /adm", "~* /deep/", "= /admin/index.html"))
    site.location(name, rng.choice((site.public, "")) if not site.is_files else "", site.serves())
    if name.startswith("="):  # this one page is open by intent
        site.areas.append(("=/admin/index.html", "open"))
        site.files = [(file, "open" if file.endswith("admin/index.html") or file == "private/index.html" else level) for file, level in site.files]


@block
def nested_patterns(site, rng):
    """A pattern inside the open place, or in one around the protected place."""
    inner = rng.choice(("~ \\.txt$", "~* secret", "/admin/deep/", "^~ /admin/", "~ ^/admin/deep/"))
    lines = rng.choice(("", "expires 1d;", PROTECT, site.public))
    site.open_lines.append(f"location {inner} {{ {lines} {site.serves(lines != PROTECT)} }}")


@block
def links_and_slashes(site, rng):
    """The protected name without its slash, or with more behind it."""
    name = rng.choice(("= /admin", "/admin.bak/", "~ ^/admin$", "/admin", "~ ^/admin/?$", "= /admin/"))
    needs(site.place != "~")
    if name == "= /admin/":  # this one page is open by intent
        site.areas.append(("=/admin/", "open"))
        site.files = [(file, "open" if file.endswith("admin/index.html") or file == "private/index.html" else level) for file, level in site.files]
    lines = {"= /admin": "return 301 /admin/;"}.get(name, rng.choice((site.serves(), "return 301 /admin/;")))
    site.location(name, "" if site.is_files else site.public, lines,
                  rng.choice(("alias @DIR@/site/admin/;", "")) if site.is_files and "return" not in lines else "")
