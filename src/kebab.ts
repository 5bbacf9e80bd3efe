/** `ordersPerDay` → `orders-per-day`: a parameter's name as a flag. */
export function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
