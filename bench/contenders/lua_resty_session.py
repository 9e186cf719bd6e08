"""lua-resty-session 4 in nginx itself, by Debian's module for Lua: with its sessions in Redis, or whole in the cookie."""
import os
import re

from contenders.backend import Backend
from harness.sandbox import BenchError

MODULES = "/usr/lib/nginx/modules"
DEBIAN = "/usr/share/lua/5.1/?.lua"  # lua-resty-core and lua-resty-lrucache
NEEDED = ("resty.session", "resty.session.redis", "resty.session.utils", "resty.redis", "resty.openssl", "ffi-zlib")
SECRET = "a secret for the benchmark, 32 bytes or so"


def search_path(folder):
    """Where Lua looks for a module: in a folder as LuaRocks lays it out, or in one with a checkout of each project."""
    places = [folder, f"{folder}/lib", f"{folder}/share/lua/5.1"]
    places += sorted(path for name in os.listdir(folder) if os.path.isdir(path := f"{folder}/{name}/lib"))
    return [f"{place}/{end}" for place in places for end in ("?.lua", "?/init.lua")]


def file_of(folder, module):
    """The file that has a module, or None."""
    files = (place.replace("?", module.replace(".", "/")) for place in search_path(folder))
    return next(filter(os.path.exists, files), None)


def missing(folder):
    """The needed modules that are not there."""
    return [module for module in NEEDED if not file_of(folder, module)]


def version(folder):
    """The version that the library gives itself, or ""."""
    file = file_of(folder, "resty.session")
    if not file:
        return ""
    with open(file) as opened:
        found = re.search(r'_VERSION\s*=\s*"([^"]+)"', opened.read())
    return found[1] if found else ""


class LuaRestySession(Backend):
    alone = True
    identity = "$lua_user"

    def __init__(self, name, storage, folder):
        self.name, self.storage, self.folder = name, storage, folder
        self.uses_redis = storage == "redis"
        self.title = "lua-resty-session 4, " + ("Redis" if self.uses_redis else "the session in the cookie")
        where = "Redis over a Unix socket, " if self.uses_redis else ""
        self.options = (f"in nginx, `access_by_lua`, no other process; {where}its defaults, but `cookie_secure` off and "
                        "`lua_socket_pool_size 1024`; a check is `session.open`, and refuses a session without a user; it extends nothing")

    def start(self, sandbox, redis):
        absent = missing(self.folder)
        if absent:
            raise BenchError(f"{self.folder} lacks modules that lua-resty-session needs: {', '.join(absent)}")
        self.redis = redis

    def modules(self):
        return f"load_module {MODULES}/ndk_http_module.so; load_module {MODULES}/ngx_http_lua_module.so;\n"

    def upstreams(self):
        redis = f"""redis = {{ socket = "unix:{self.redis.socket}", prefix = "lua" }},""" if self.uses_redis else ""
        return f"""
  lua_socket_pool_size 1024;
  lua_package_path "{';'.join(search_path(self.folder))};{DEBIAN};;";
  init_by_lua_block {{
    require "resty.core"
    require "resty.session".init({{ secret = "{SECRET}", storage = "{self.storage}", cookie_secure = false, {redis} }})
  }}"""

    def protected(self, contender, variable):
        return f"""
    location = /{contender.name} {{
      access_by_lua_block {{
        local session = require "resty.session".open()
        local user = session:get("user")
        if not user then return ngx.exit(401) end
        ngx.header["X-User"] = user
      }}
      empty_gif; }}"""

    def login(self):
        return """client_body_buffer_size 256k; default_type text/plain;
      content_by_lua_block {
        ngx.req.read_body()
        local session = require "resty.session".new()
        for name, value in pairs(require "cjson.safe".decode(ngx.req.get_body_data())) do session:set(name, value) end
        local saved, why = session:save()
        if not saved then ngx.log(ngx.ERR, why) return ngx.exit(500) end
        ngx.say("{}")
      }"""
