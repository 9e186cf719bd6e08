# Creates a session as LemonLDAP::NG's portal does, and prints its id.
#   perl create_session.pl DIRECTORY ATTRIBUTES_AS_JSON [USER]
use strict;
use warnings;
use JSON;
use POSIX;
use Lemonldap::NG::Common::Session;

my ( $directory, $json, $user ) = @ARGV;
if ($user) {
    my ( undef, undef, $uid, $gid ) = getpwnam($user) or die "no user $user";
    POSIX::setgid($gid) or die "setgid: $!";
    POSIX::setuid($uid) or die "setuid: $!";
}
my $attributes = decode_json($json);
my $name       = $attributes->{user};

# Lists and maps are stored as JSON text, because its sessions hold only plain values.
my %info = map { $_ => ref $attributes->{$_} ? encode_json( $attributes->{$_} ) : $attributes->{$_} } keys %$attributes;
my $session = Lemonldap::NG::Common::Session->new(
    {
        storageModule        => 'Apache::Session::File',
        storageModuleOptions => {
            Directory      => $directory,
            LockDirectory  => "$directory/lock",
            generateModule => 'Lemonldap::NG::Common::Apache::Session::Generate::SHA256',
        },
        kind => 'SSO',
        info => { %info, uid => $name, _user => $name, _whatToTrace => $name, _auth => 'Demo', _utime => time },
    }
);
die $session->error if $session->error;
print $session->id, "\n";
