// Another's OpenID provider: oidc-provider, which the OpenID Foundation certified, on a free port of this machine,
// or on the one that is its first argument; the second is the name it goes by.
//
// It prints its port. POST /test takes JSON that sets it up anew: where browsers may be sent back to, who there
// is and with which claims, and what is done to a token before it leaves, so that it must be refused. With
// "rotate" it signs with another key from then on. GET /test tells what it was asked for so far.
//
// Release 8 is the last one that runs on the Node.js of Debian 12.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const here = createRequire(join(process.env.VAGUS_TEST_NODE_MODULES, 'of-the-test.js'));
const { Provider } = await import(
  pathToFileURL(join(dirname(here.resolve('oidc-provider/package.json')), 'lib/index.js')),
);
const jose = here('jose');

const CLIENT = 'vagus';
const SECRET = 'a secret & of ours/that+must:be=escaped';

const state = { redirect_uri: 'http://127.0.0.1:1/', people: {}, tamper: null, in_token: false, asked: [] };
let key;
let provider;
let issuer;

async function makeKey(kid) {
  const pair = await jose.generateKeyPair('RS256', { extractable: true });
  return { jwk: { ...(await jose.exportJWK(pair.privateKey)), kid, use: 'sig', alg: 'RS256' }, ...pair };
}

function build() {
  provider = new Provider(issuer, {
    clients: [{ client_id: CLIENT, client_secret: SECRET, redirect_uris: [state.redirect_uri],
      token_endpoint_auth_method: state.auth_method ?? 'client_secret_basic' }],
    clientAuthMethods: [state.auth_method ?? 'client_secret_basic'],
    jwks: { keys: [key.jwk] },
    cookies: { keys: ['a key of the test'] },
    claims: { openid: ['sub'], profile: ['preferred_username'], groups: ['groups', 'realm_access'] },
    scopes: ['openid', 'profile', 'groups'],
    conformIdTokenClaims: !state.in_token,
    pkce: { required: () => true },
    findAccount: (ctx, id) => ({
      accountId: id,
      claims: async () => ({ sub: id, ...state.people[id] }),
    }),
    // Whoever signs in agrees.
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId: CLIENT, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope('openid profile groups');
      await grant.save();
      return grant;
    },
  });
  provider.use(async (ctx, next) => {
    if (ctx.path === '/auth') state.asked.push(Object.fromEntries(new URLSearchParams(ctx.querystring)));
    await next();
    if (ctx.path === '/token' && ctx.body?.id_token && state.tamper) await tamper(ctx.body);
    if (ctx.path === '/me' && state.tamper === 'userinfo') ctx.body = { ...ctx.body, sub: 'another' };
  });
}

async function tamper(answer) {
  const claims = jose.decodeJwt(answer.id_token);
  const header = jose.decodeProtectedHeader(answer.id_token);
  const sign = (changed, signer = key.privateKey, alg = 'RS256') =>
    new jose.SignJWT({ ...claims, ...changed }).setProtectedHeader({ ...header, alg }).sign(signer);
  const now = Math.floor(Date.now() / 1000);
  const ways = {
    nothing: () => sign({}),
    nonce: () => sign({ nonce: 'another' }),
    no_nonce: () => sign({ nonce: undefined }),
    expired: () => sign({ iat: now - 7200, exp: now - 60 }),
    issuer: () => sign({ iss: 'https://login.example.com' }),
    audience: () => sign({ aud: 'another' }),
    further_audience: () => sign({ aud: [CLIENT, 'another'], azp: CLIENT }),
    party: () => sign({ azp: 'another' }),
    access_token: () => sign({ at_hash: 'bm90IHRoZSBoYXNoIG9m' }),
    claims: () => {
      const [head, , signature] = answer.id_token.split('.');
      const body = Buffer.from(JSON.stringify({ ...claims, groups: ['heads'], preferred_username: 'dr.lan' }));
      return [head, body.toString('base64url'), signature].join('.');
    },
    other_key: async () => sign({}, (await makeKey('another')).privateKey),
    unsigned: () => new jose.UnsecuredJWT({ ...claims }).encode(),
    shared_key: () => sign({}, new TextEncoder().encode(SECRET), 'HS256'),
  };
  if (state.tamper === 'no_token') delete answer.id_token;
  else if (ways[state.tamper]) answer.id_token = await ways[state.tamper]();
}

const server = createServer(async (request, response) => {
  if (request.url !== '/test') return provider.callback()(request, response);
  if (request.method === 'POST') {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { rotate, ...wanted } = JSON.parse(Buffer.concat(chunks).toString());
    Object.assign(state, wanted);
    if (rotate) key = await makeKey(rotate);
    build();
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(state));
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', async () => {
  const { port } = server.address();
  issuer = `http://${process.argv[3] ?? '127.0.0.1'}:${port}`;
  key = await makeKey('first');
  build();
  console.log(port);
});
