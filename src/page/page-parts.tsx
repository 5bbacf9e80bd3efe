/** What pages of experiments have in common. */
import type { ComponentChildren } from 'preact';

/** Sentences of a list, under a heading; nothing where there are none. */
export function Sentences({ title, texts }: { readonly title?: string; readonly texts: readonly string[] }) {
  if (texts.length === 0) return null;
  return (
    <>
      {title !== undefined && <h2>{title}</h2>}
      <ul>
        {texts.map((text) => (
          <li key={text}>
            <bdi>{text}</bdi>
          </li>
        ))}
      </ul>
    </>
  );
}

export interface Fact {
  readonly name: string;
  readonly value: ComponentChildren;
}

export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl>
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** As it is typed. */
export function Command({ command }: { readonly command: string }) {
  return (
    <pre class="command">
      <code>{command}</code>
    </pre>
  );
}

/** `runs/001/report.html` from where the page stands, where there is one; else the name alone. */
export type RunLinks = ReadonlyMap<string, string>;

export function RunLink({ path, links }: { readonly path: string; readonly links: RunLinks }) {
  const name = path.replace(/^runs\//, '');
  const href = links.get(path);
  return href === undefined ? name : <a href={href}>{name}</a>;
}
