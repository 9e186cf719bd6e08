# Login, logout and a page with a login, in Sinatra on Rack behind nginx and session-gateway. It needs no `enable :sessions`.
require 'sinatra/base'
require 'bcrypt'
require 'json'

class Recipe < Sinatra::Base
  enable :inline_templates
  # Refuses forms of other sites: browsers name with every POST the site whose page has sent it. By default Sinatra would only drop a
  # session of its own, and go on.
  set :protection, reaction: :deny

  # A sample, with the password "wonderland". Keep such hashes in your database: BCrypt::Password.create('...').
  USERS = { 'alice' => { password: BCrypt::Password.new('$2a$11$SKpsyUewJjGmklDbKO.5s.Dge5G3gnJfCwjxYugy6PK1MRfpsvxYa'), groups: ['staff'] } }.freeze
  # Compared with if there is no such user, so that the time of an answer does not tell which names exist.
  NOBODY = { password: BCrypt::Password.new('$2a$11$5JhEj90/j0TJfZAJ0H8nqenkRph07Y3ysOSNzwd.nDAZuFy0PF5O6'), groups: [] }.freeze

  helpers do
    # What the gateway says of the session. nginx sets these headers, and takes away what a client sends under their names: so they
    # can be trusted exactly as long as nobody but nginx can connect to this application. Values are percent-encoded.
    def identity(name)
      Rack::Utils.unescape_path(request.get_header("HTTP_X_AUTH_REQUEST_#{name}") || '').force_encoding('UTF-8')
    end

    # nginx lets nobody come here without a session. A page that shows private things looks again all the same.
    def user
      name = identity('USER')
      name.empty? ? halt(403) : name
    end

    # Has the gateway change the session, and send the browser on.
    def commit(location, actions)
      halt 200, { 'X-Accel-Redirect' => '/_session/commit', 'X-Session-Location' => location }.merge(actions), ''
    end

    # A header is no place for characters beyond ASCII.
    def set(attributes)
      { 'X-Session-Set' => JSON.generate(attributes, ascii_only: true) }
    end

    # Anybody can write a link to /login?to=...: it must lead to a page of this site. Browsers take \ for /.
    def safe(to)
      to.match?(%r{\A/(?![/\\])[!-~]*\z}) ? to : '/account'
    end

    # A field that is no text (user[]=...) is none.
    def field(name)
      params[name].is_a?(String) ? params[name].scrub : ''
    end

    def h(text)
      Rack::Utils.escape_html(text)
    end
  end

  get '/' do
    erb :start
  end

  get '/login' do
    erb :login, locals: { to: safe(field('to')), problem: '' }
  end

  post '/login' do
    name, to = field('user'), safe(field('to'))
    found = USERS.fetch(name, NOBODY)
    unless found[:password] == field('password')
      status 403
      return erb :login, locals: { to: to, problem: 'Wrong name or password.' }
    end
    commit to, set(user: name, groups: found[:groups])
  end

  post '/logout' do
    commit '/', 'X-Session-Destroy' => 'true'
  end

  get '/account' do
    erb :account, locals: { user: user, groups: identity('GROUPS'), note: identity('NOTE') }
  end

  post '/account/note' do
    user
    commit '/account', set(note: field('note')[0, 200])
  end
end

__END__

@@ start
<!doctype html><html lang="en"><title>Recipe</title>
<h1>Welcome</h1>
<p><a href="/account">Your account</a></p></html>

@@ login
<!doctype html><html lang="en"><title>Log in</title>
<h1>Log in</h1>
<p role="alert"><%= h problem %></p>
<form method="post" action="/login">
  <input type="hidden" name="to" value="<%= h to %>">
  <p><label>Name <input name="user" autocomplete="username" required></label></p>
  <p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
  <p><button>Log in</button></p>
</form></html>

@@ account
<!doctype html><html lang="en"><title>Your account</title>
<h1>Hello, <%= h user %></h1>
<p>Groups: <%= h groups %></p>
<p>Note: <%= h(note.empty? ? 'none yet' : note) %></p>
<form method="post" action="/account/note">
  <p><label>Note <input name="note" maxlength="200"></label> <button>Keep</button></p>
</form>
<p><a href="/account/devices">Your devices</a></p>
<form method="post" action="/logout"><button>Log out</button></form></html>
