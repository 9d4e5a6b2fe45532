// A real authorization server for the login tests. Whoever `login_hint` names is logged in without a page.
// Arguments: the client's redirect address. It prints its own address once it listens, and ends with its stdin.

import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const people = {
  anna: { name: 'Anna', igang_role: 'staff', igang_scope: 'caseload', igang_staff: 'anna', acr: 'substantial' },
  bodil: { name: 'Bodil', igang_role: 'citizen', igang_citizen: 'B1', acr: 'substantial' },
  low: { name: 'Low', igang_role: 'admin', igang_scope: 'centre', acr: 'low' },
  nobody: { name: 'Nobody', acr: 'substantial' },
};
const [redirect] = process.argv.slice(2);
let answer = (request, response) => response.end();
const server = createServer((request, response) => answer(request, response));

server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'igang',
        client_secret: 'a secret of the tests that is long enough',
        redirect_uris: [redirect],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    claims: { openid: ['sub', 'name', 'igang_role', 'igang_scope', 'igang_staff', 'igang_citizen', 'igang_level'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['only for tests'] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, id) =>
      people[id] && {
        accountId: id,
        claims: () => ({ sub: id, ...people[id], acr: undefined, igang_level: people[id].acr }),
      },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client.clientId,
        accountId: ctx.oidc.session.accountId,
      });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
  });
  const serve = provider.callback();
  answer = async (request, response) => {
    if (!request.url.startsWith('/interaction/')) return serve(request, response);
    const { params } = await provider.interactionDetails(request, response);
    return provider.interactionFinished(request, response, { login: { accountId: params.login_hint ?? 'anna' } });
  };
  console.log(issuer);
});
process.stdin.resume().on('end', () => process.exit(0));
