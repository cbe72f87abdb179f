/** Two hundred kinds of secrets as their makers shape them, made by chance; none of them opens anything. */
import { type Chance, chanceFrom } from '../eval/memory/random.ts';

const signs: Record<string, string> = {
  a: 'abcdefghijklmnopqrstuvwxyz0123456789',
  A: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  n: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  h: '0123456789abcdef',
  d: '0123456789',
  b: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
};

/** `{n36}`: 36 signs of kind n. What stands before `|` is not secret and may stay. */
const shapes = `ghp_{n36};gho_{n36};ghu_{n36};ghs_{n36};ghr_{n36};github_pat_{n22}_{n59};glpat-{b20};gldt-{b20};glrt-{b20};glptt-{h40};glsoat-{b20};GR1348941{b20}
xoxb-{d11}-{d12}-{n24};xoxp-{d11}-{d11}-{d12}-{h32};xoxa-2-{d11}-{n24};xoxr-{d11}-{n24};xoxs-{d11}-{n24};xapp-1-A{A10}-{d13}-{h64};xoxe.xoxb-1-{n60};https://hooks.slack.com/services/T{A8}/B{A8}/{n24}
sk-{n48};sk-proj-{b60};sk-svcacct-{b60};sk-admin-{b60};sk-ant-api03-{b93}AA;sk-ant-admin01-{b80};sk-or-v1-{h64};sk-lf-{h36};pk-lf-{h36};lsv2_pt_{h32}_{h10};lsv2_sk_{h32}_{h10}
r8_{n37};hf_{n34};gsk_{n52};xai-{n80};pplx-{n48};nvapi-{b64};tvly-{n32};fc-{h32};m0-{n40};AKIA{A16};ASIA{A16};AROA{A16}
aws_secret_access_key = |{n40};AIza{b35};ya29.{b60};GOCSPX-{b28};1//0{b60};sk_live_{n24};sk_test_{n24};rk_live_{n24};pk_live_{n24};whsec_{n32}
sq0atp-{b22};sq0csp-{b43};EAAA{b60};access_token$production\${a16}\${h32};SG.{b22}.{b43};key-{h32};{h32}-us14;xkeysib-{h64}-{n16};re_{n8}_{n24};AC{h32};SK{h32}
npm_{n36};pypi-AgEIcHlwaS5vcmc{b70};rubygems_{h48};oy2{a43};cio{n32};dckr_pat_{b27};dop_v1_{h64};doo_v1_{h64};HRKU-{h8}-{h4}-{h4}-{h4}-{h12};fo1_{b43};FlyV1 fm2_{n80};vercel_{n24}
nfp_{n36};rnd_{n28};sbp_{h40};sb_secret_{b31};pul-{h40};hvs.{b90};hvb.{b90};s.{n24};dp.pt.{n43};dp.st.dev.{n43};{n14}.atlasv1.{b67};ops_eyJ{n120};A3-{A6}-{A6}-{A5}-{A5}-{A5}-{A5};AGE-SECRET-KEY-1{A58}
lin_api_{n40};secret_{n43};ntn_{n46};ATATT3{b180};ATCTT3{b180};ATBB{n32};pat{n14}.{h64};figd_{b40};PMAK-{h24}-{h34};pat-na1-{h8}-{h4}-{h4}-{h4}-{h12};pat-eu1-{h8}-{h4}-{h4}-{h4}-{h12};1/{d16}:{h32};2/{d16}/{d16}:{h32}
CFPAT-{b43};dapi{h32};tfp_{b44};shpat_{h32};shpca_{h32};shpss_{h32};glc_{n60};glsa_{n32}_{h8};eyJrIjoi{n60};NRAK-{A27};NRJS-{h19};sntrys_{n80};sntryu_{h64};phc_{n43};phx_{n43}
sl.{b130};EAA{n120};{d10}:AA{b33};M{n23}.{b6}.{b27};https://discord.com/api/webhooks/{d18}/{b68};https://acme.webhook.office.com/webhookb2/{h36}@{h36}/IncomingWebhook/{h32}
pscale_pw_{b43};pscale_tkn_{b43};AVNS_{b19};CCIPAT_{n22}_{h40};bkua_{h40};sqp_{h40};squ_{h40};sgp_{h40};rpa_{A40};tskey-auth-{n16}-{n32};tskey-api-{n16}-{n32};EZAK{n54};duffel_live_{b43}
-----BEGIN PRIVATE KEY-----|{n64};-----BEGIN RSA PRIVATE KEY-----|{n64};-----BEGIN OPENSSH PRIVATE KEY-----|{n64};-----BEGIN EC PRIVATE KEY-----|{n64};-----BEGIN ENCRYPTED PRIVATE KEY-----|{n64};-----BEGIN PGP PRIVATE KEY BLOCK-----|{n64}
eyJhbGciOiJIUzI1NiJ9.eyJ{n40}.{b43};eyJhbGciOiJSUzI1NiJ9.eyJ{n80}.{b86};eyJhbGciOiJub25lIn0.eyJ{n40}.
postgres://app:|{n16};mysql://root:|{n12};mongodb+srv://svc:|{n20};redis://:|{n24};amqp://guest:|{n10};https://deploy:|{n20};ftp://user:|{n9};smtp://mailer:|{n14};clickhouse://default:|{n12}
Authorization: Bearer |{n40};Authorization: Basic |{n32};Authorization: Token |{h40};X-Api-Key: |{n32};x-auth-token: |{h32};Cookie: session_token=|{n32};curl -u admin:|{n12};curl -H "api-key: |{n32}
https://acme.blob.core.windows.net/c/b?sv=2024-11-04&sig=|{n43}%3D;https://bucket.s3.amazonaws.com/k?X-Amz-Signature=|{h64};https://storage.googleapis.com/b/o?X-Goog-Signature=|{h64};https://api.example.com/v1?api_key=|{n24};https://app.example.com/reset?token=|{n32}
AccountName=acme;SharedAccessKey=|{n43}=;Server=db;Password=|{n14};DefaultEndpointsProtocol=https;AccountKey=|{n86}==
password: |{n12};password is |{n10};the password is now |{n14};Passwort: |{n12};pwd=|{n9};passphrase: |{n20};DB_PASSWORD=|{n16};"password": "|{n14};MYSQL_ROOT_PASSWORD: |{n18};admin password → |{n11}
api key: |{n24};API_KEY=|{n32};apikey = |{h32};client_secret: |{n32};"client_secret": "|{b34};SECRET_KEY_BASE=|{h128};secret: |{n20};signing_secret=|{h32};webhook secret is |{n24};encryption_key=|{h64};master key: |{n32}
access_token=|{n40};auth token: |{n32};deploy_token: |{n20};session token is |{n32};token=|{h40};TOKEN: |{n24};DATADOG_API_KEY=|{h32};TWILIO_AUTH_TOKEN=|{h32};CLOUDFLARE_API_TOKEN=|{b40};ALGOLIA_API_KEY=|{h32};HEROKU_API_KEY=|{h36};MAPBOX_TOKEN=|{n60}
credentials: |{n20};service_key=|{n40};license key: |{A25};shared secret = |{n24};private_key: |{n64};account_key=|{n44};//registry.npmjs.org/:_authToken=|{n36};machine api.example.com login bot password |{n16};mysqldump --password=|{n14};psql --password |{n14};vault login --token=|{n26}
$2b$12\${n53};$argon2id$v=19$m=65536,t=3,p=4\${n22}\${n43};$6$rounds=5000\${n16}\${n86};{n44};{n64};{b48}`;

export type Sample = { shape: string; text: string; secret: string };

/** A secret is told with some talk around it, as people do. */
export function secretSamples(seed = 11): Sample[] {
  const chance = chanceFrom(seed);
  return shapes
    .split(/[;\n](?=\S)/)
    .map((shape) => shape.trim())
    .filter(
      (shape) => shape !== 'AccountName=acme' && shape !== 'Server=db' && shape !== 'DefaultEndpointsProtocol=https',
    )
    .map((shape) => {
      const [before, secret] = shape.includes('|') ? shape.split('|') : ['', shape];
      const made = filled(secret ?? '', chance);
      const end = /:\/\//.test(before ?? '') && /:$/.test(before ?? '') ? '@db.example.com:5432/app' : '';
      return {
        shape,
        secret: made,
        text: `${chance.pick(talk)}${before}${made}${end}${chance.pick(['', ' thanks', '\nplease rotate it later'])}`,
      };
    });
}

const talk = ['', 'here it is ', 'use this: ', 'for staging, ', 'can you try with\n'];

function filled(shape: string, chance: Chance): string {
  return shape.replace(/\{([aAnhdb])(\d+)\}/g, (_all, kind: string, count: string) =>
    Array.from({ length: Number(count) }, () => chance.pick([...(signs[kind] ?? '')])).join(''),
  );
}
