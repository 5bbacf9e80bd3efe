/** Devices, campaigns and payment methods with their weights. */

export interface Device {
  readonly type: 'desktop' | 'mobile' | 'tablet';
  readonly os: string;
  readonly browser: string;
  readonly userAgent: string;
  readonly weight: number;
}

type DeviceRow = readonly [type: Device['type'], os: string, browser: string, userAgent: string, weight: number];

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0';
const WEBKIT = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64';
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X)';
const IPAD = 'Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X)';
/** Chrome on Android sends this for every phone: its user agent no longer names version or model. */
const ANDROID = 'Mozilla/5.0 (Linux; Android 10; K)';

const deviceRows: readonly DeviceRow[] = [
  ['desktop', 'Windows', 'Chrome', `${WINDOWS}) ${CHROME} Safari/537.36`, 20],
  ['desktop', 'Windows', 'Edge', `${WINDOWS}) ${CHROME} Safari/537.36 Edg/131.0.0.0`, 6],
  ['desktop', 'Windows', 'Firefox', `${WINDOWS}; rv:133.0) Gecko/20100101 Firefox/133.0`, 3],
  ['desktop', 'macOS', 'Chrome', `${MAC} ${CHROME} Safari/537.36`, 7],
  ['desktop', 'macOS', 'Safari', `${MAC} ${WEBKIT} Version/17.6 Safari/605.1.15`, 6],
  ['desktop', 'Linux', 'Firefox', 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0', 2],
  ['mobile', 'iOS', 'Safari', `${IPHONE} ${WEBKIT} Version/17.7 Mobile/15E148 Safari/604.1`, 22],
  ['mobile', 'iOS', 'Chrome', `${IPHONE} ${WEBKIT} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1`, 4],
  ['mobile', 'Android', 'Chrome', `${ANDROID} ${CHROME} Mobile Safari/537.36`, 18],
  [
    'mobile',
    'Android',
    'Samsung Internet',
    `${ANDROID} AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36`,
    4,
  ],
  ['tablet', 'iPadOS', 'Safari', `${IPAD} ${WEBKIT} Version/17.7 Mobile/15E148 Safari/604.1`, 5],
  ['tablet', 'Android', 'Chrome', `${ANDROID} ${CHROME} Safari/537.36`, 3],
];

export const devices: readonly Device[] = deviceRows.map(([type, os, browser, userAgent, weight]) => ({
  type,
  os,
  browser,
  userAgent,
  weight,
}));

export interface Attribution {
  readonly campaignId: string;
  readonly channel: string;
  readonly referrer: string;
  readonly weight: number;
}

/** Organic and direct visits have no campaign. */
const NO_CAMPAIGN = 'none';

const attributionRows: readonly (readonly [campaign: string, channel: string, referrer: string, weight: number])[] = [
  ['summer_sale_2024', 'google_ads', 'google.com', 12],
  ['brand_search_2024', 'google_ads', 'google.com', 9],
  ['summer_sale_2024', 'bing_ads', 'bing.com', 3],
  ['new_arrivals_2024', 'facebook_ads', 'facebook.com', 9],
  ['summer_sale_2024', 'instagram_ads', 'instagram.com', 8],
  ['creator_picks_2024', 'tiktok_ads', 'tiktok.com', 4],
  ['product_reviews_2024', 'youtube_ads', 'youtube.com', 4],
  ['newsletter_weekly', 'email', 'mail.google.com', 8],
  ['cart_reminder', 'email', 'outlook.live.com', 4],
  ['partner_deals_2024', 'affiliate', 'rakuten.com', 4],
  ['partner_deals_2024', 'affiliate', 'retailmenot.com', 2],
  [NO_CAMPAIGN, 'organic_search', 'google.com', 15],
  [NO_CAMPAIGN, 'organic_search', 'duckduckgo.com', 2],
  [NO_CAMPAIGN, 'direct', 'none', 16],
];

export const attributions: readonly Attribution[] = attributionRows.map(([campaignId, channel, referrer, weight]) => ({
  campaignId,
  channel,
  referrer,
  weight,
}));

/** Processors of each payment method, with weights. */
export const providers: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  credit_card: { stripe: 50, adyen: 25, braintree: 15, square: 10 },
  debit_card: { stripe: 50, adyen: 25, braintree: 15, square: 10 },
  paypal: { paypal: 1 },
  apple_pay: { stripe: 60, adyen: 40 },
};

/** Apple Pay requires Safari in this shop: no Windows, no Android. */
export function takesDevice(paymentMethod: string, device: Device): boolean {
  return paymentMethod !== 'apple_pay' || device.browser === 'Safari';
}

/** Quantity weights: cheap products are bought in larger quantities. */
export const quantities = {
  cheap: { 1: 72, 2: 18, 3: 6, 4: 3, 5: 1 },
  dear: { 1: 94, 2: 6 },
} as const;

/** Max price of a cheap product, in US dollars. */
export const CHEAP_DOLLARS = 100;

/** Discounts as shares of the price, with weights. */
export const discounts: Readonly<Record<string, number>> = { 0: 70, 0.05: 8, 0.1: 11, 0.15: 5, 0.2: 4, 0.25: 2 };
