/** The shop's products by category, with brand and price range. */

export interface Category {
  /** As in `cat_<id>` and `prod_<id>_<4 digits>`. */
  readonly id: string;
  readonly name: string;
  readonly products: readonly Product[];
}

export interface Product {
  readonly name: string;
  readonly brand: string;
  readonly subcategory: string;
  /** Lowest and highest price in whole US dollars; 0.01 is subtracted, e.g. 19.99. */
  readonly dollars: readonly [min: number, max: number];
}

type Row = readonly [name: string, brand: string, subcategory: string, min: number, max: number];

const category = (id: string, name: string, rows: readonly Row[]): Category => ({
  id,
  name,
  products: rows.map(([name, brand, subcategory, min, max]) => ({
    name,
    brand,
    subcategory,
    dollars: [min, max],
  })),
});

export const categories: readonly Category[] = [
  category('electronics', 'Electronics', [
    ['MacBook Pro 14-inch', 'Apple', 'Laptops', 1600, 2400],
    ['XPS 13 Laptop', 'Dell', 'Laptops', 1000, 1500],
    ['ThinkPad X1 Carbon', 'Lenovo', 'Laptops', 1300, 1900],
    ['iPhone 15 Pro', 'Apple', 'Smartphones', 900, 1300],
    ['Galaxy S24', 'Samsung', 'Smartphones', 700, 1000],
    ['Pixel 8', 'Google', 'Smartphones', 500, 700],
    ['iPad Air', 'Apple', 'Tablets', 550, 800],
    ['WH-1000XM5 Wireless Headphones', 'Sony', 'Headphones', 300, 400],
    ['QuietComfort Ultra Earbuds', 'Bose', 'Headphones', 230, 300],
    ['OLED C3 55-inch TV', 'LG', 'Televisions', 1200, 1800],
    ['Kindle Paperwhite', 'Amazon', 'E-Readers', 125, 170],
    ['MX Master 3S Mouse', 'Logitech', 'Accessories', 80, 110],
  ]),
  category('clothing', 'Clothing', [
    ['501 Original Fit Jeans', "Levi's", 'Jeans', 60, 100],
    ['Air Force 1 Sneakers', 'Nike', 'Shoes', 100, 120],
    ['Samba OG Shoes', 'Adidas', 'Shoes', 90, 110],
    ['Chuck Taylor All Star', 'Converse', 'Shoes', 55, 75],
    ['Nuptse Down Jacket', 'The North Face', 'Jackets', 280, 330],
    ['Better Sweater Fleece', 'Patagonia', 'Jackets', 120, 160],
    ['Cotton Crew T-Shirt 3-Pack', 'Hanes', 'T-Shirts', 15, 25],
    ['Classic Fit Polo Shirt', 'Ralph Lauren', 'Shirts', 80, 110],
    ['Align High-Rise Leggings', 'lululemon', 'Activewear', 90, 120],
    ['Run Cushion Socks', 'Smartwool', 'Accessories', 18, 26],
  ]),
  category('books', 'Books', [
    ['Atomic Habits', 'Avery', 'Self-Help', 12, 27],
    ['Designing Data-Intensive Applications', "O'Reilly Media", 'Technology', 40, 60],
    ['The Pragmatic Programmer', 'Addison-Wesley', 'Technology', 35, 50],
    ['Project Hail Mary', 'Ballantine Books', 'Science Fiction', 12, 29],
    ['Dune', 'Ace', 'Science Fiction', 10, 20],
    ['The Midnight Library', 'Viking', 'Fiction', 12, 26],
    ['Where the Crawdads Sing', "G.P. Putnam's Sons", 'Fiction', 11, 28],
    ['Educated: A Memoir', 'Random House', 'Biography', 12, 28],
    ['Sapiens: A Brief History of Humankind', 'Harper', 'History', 15, 35],
    ['Salt, Fat, Acid, Heat', 'Simon & Schuster', 'Cooking', 20, 38],
  ]),
  category('home_garden', 'Home & Garden', [
    ['Artisan Stand Mixer', 'KitchenAid', 'Kitchen Appliances', 380, 500],
    ['Instant Pot Duo 6-Quart', 'Instant Pot', 'Kitchen Appliances', 80, 120],
    ['Air Fryer XL', 'Ninja', 'Kitchen Appliances', 110, 170],
    ['V15 Detect Cordless Vacuum', 'Dyson', 'Vacuums', 600, 750],
    ['Roomba j7+ Robot Vacuum', 'iRobot', 'Vacuums', 450, 650],
    ['Signature Round Dutch Oven', 'Le Creuset', 'Cookware', 350, 430],
    ['Cast Iron Skillet 12-inch', 'Lodge', 'Cookware', 25, 45],
    ['Hue White and Color Starter Kit', 'Philips', 'Lighting', 140, 200],
    ['Cordless Hedge Trimmer', 'Bosch', 'Garden Tools', 100, 160],
    ['Bypass Pruning Shears', 'Fiskars', 'Garden Tools', 14, 25],
  ]),
  category('sports_outdoors', 'Sports & Outdoors', [
    ['Forerunner 265 GPS Watch', 'Garmin', 'Fitness Trackers', 400, 460],
    ['Charge 6 Fitness Tracker', 'Fitbit', 'Fitness Trackers', 120, 160],
    ['Half Dome 2-Person Tent', 'REI Co-op', 'Camping', 200, 280],
    ['Tundra 45 Cooler', 'YETI', 'Camping', 270, 325],
    ['Talon 22 Backpack', 'Osprey', 'Backpacks', 140, 170],
    ['SelectTech 552 Adjustable Dumbbells', 'Bowflex', 'Strength Training', 350, 430],
    ['Evolution Basketball', 'Wilson', 'Team Sports', 50, 75],
    ['PRO Yoga Mat', 'Manduka', 'Yoga', 110, 140],
    ['Wide Mouth Water Bottle 32 oz', 'Hydro Flask', 'Hydration', 35, 50],
    ['Gel-Kayano 30 Running Shoes', 'ASICS', 'Running', 120, 165],
  ]),
  category('beauty_health', 'Beauty & Health', [
    ['Daily Facial Moisturizer', 'CeraVe', 'Skin Care', 13, 20],
    ['Advanced Night Repair Serum', 'Estée Lauder', 'Skin Care', 80, 120],
    ['Hyaluronic Acid 2% + B5', 'The Ordinary', 'Skin Care', 8, 15],
    ['Supersonic Hair Dryer', 'Dyson', 'Hair Care', 380, 430],
    ['No. 3 Hair Perfector', 'Olaplex', 'Hair Care', 25, 32],
    ['iO Series 7 Electric Toothbrush', 'Oral-B', 'Oral Care', 130, 200],
    ['Series 9 Pro Shaver', 'Braun', 'Shaving', 250, 330],
    ['Ruby Woo Lipstick', 'MAC', 'Makeup', 20, 26],
    ['Coco Mademoiselle Eau de Parfum', 'Chanel', 'Fragrance', 110, 170],
    ['Gold Standard 100% Whey', 'Optimum Nutrition', 'Supplements', 35, 80],
  ]),
  category('toys_games', 'Toys & Games', [
    ['Millennium Falcon Set', 'LEGO', 'Building Sets', 140, 170],
    ['Creative Brick Box', 'LEGO', 'Building Sets', 28, 40],
    ['Switch OLED Console', 'Nintendo', 'Video Games', 320, 360],
    ['PlayStation 5 DualSense Controller', 'Sony', 'Video Games', 60, 80],
    ['Catan Board Game', 'Catan Studio', 'Board Games', 35, 55],
    ['Monopoly Classic', 'Hasbro', 'Board Games', 18, 28],
    ['UNO Card Game', 'Mattel', 'Card Games', 6, 12],
    ['Barbie Dreamhouse', 'Mattel', 'Dolls', 150, 200],
    ['Track Builder Unlimited', 'Hot Wheels', 'Toy Vehicles', 30, 60],
    ['Nerf Elite 2.0 Blaster', 'Hasbro', 'Outdoor Toys', 15, 35],
  ]),
];

/** Currencies of the shop's countries, and what a dollar's worth of goods costs there; not the rate of the day. */
const perDollar = { USD: 1, CAD: 1.35, GBP: 0.8 } as const;

export type Currency = keyof typeof perDollar;

/** Prices of a product: `least`, then up to `steps - 1` steps more; in hundredths of the currency. */
export interface Prices {
  readonly min: number;
  readonly step: number;
  readonly steps: number;
}

/** Prices end in .99; higher prices use larger steps: 1,999.99, not 1,973.99. */
export function pricesOf({ dollars: [min, max] }: Product, currency: Currency): Prices {
  const step = stepOf(max * perDollar[currency]);
  const from = Math.max(1, Math.round((min * perDollar[currency]) / step)) * step;
  const to = Math.max(from, Math.round((max * perDollar[currency]) / step) * step);
  return { min: from * 100 - 1, step: step * 100, steps: (to - from) / step + 1 };
}

function stepOf(price: number): number {
  if (price >= 1000) return 50;
  if (price >= 200) return 10;
  return price >= 50 ? 5 : 1;
}
