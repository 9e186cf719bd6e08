// A provider of OpenID Connect to try the recipe with: it believes every name and every password. A real site has a real one.
//
// usage: node provider.js PORT SITE      with OIDC_CLIENT_ID and OIDC_CLIENT_SECRET in the environment
import Provider from 'oidc-provider';

const [, , port, site] = process.argv;
const { OIDC_CLIENT_ID: client_id, OIDC_CLIENT_SECRET: client_secret } = process.env;

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id, client_secret, redirect_uris: [`${site}/login/callback`], response_types: ['code'], grant_types: ['authorization_code'] }],
  claims: { openid: ['sub', 'groups'] },
  conformIdTokenClaims: false, // the groups stand in the ID token itself
  findAccount: (context, sub) => ({ accountId: sub, claims: () => ({ sub, groups: ['staff'] }) }),
});
provider.listen(Number(port), '127.0.0.1');
