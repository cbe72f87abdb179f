/** Regions the stand-in knows: enough of Fly's list to deploy to and to fall back on. */

const rows: [code: string, name: string, geo: string, latitude: number, longitude: number][] = [
  ['ams', 'Amsterdam, Netherlands', 'europe', 52.37, 4.9],
  ['arn', 'Stockholm, Sweden', 'europe', 59.65, 17.92],
  ['cdg', 'Paris, France', 'europe', 48.86, 2.35],
  ['fra', 'Frankfurt, Germany', 'europe', 50.12, 8.68],
  ['lhr', 'London, United Kingdom', 'europe', 51.51, -0.13],
  ['iad', 'Ashburn, Virginia (US)', 'north_america', 39.02, -77.46],
  ['ord', 'Chicago, Illinois (US)', 'north_america', 41.88, -87.63],
  ['sjc', 'San Jose, California (US)', 'north_america', 37.35, -121.96],
  ['gru', 'Sao Paulo, Brazil', 'south_america', -23.55, -46.63],
  ['nrt', 'Tokyo, Japan', 'asia_pacific', 35.62, 139.75],
  ['sin', 'Singapore, Singapore', 'asia_pacific', 1.35, 103.86],
  ['syd', 'Sydney, Australia', 'asia_pacific', -33.87, 151.21],
];

export const regions = rows.map(([code, name, geo_region, latitude, longitude]) => ({
  code,
  name,
  geo_region,
  latitude,
  longitude,
  gateway_available: true,
  requires_paid_plan: false,
  deprecated: false,
}));
