import { isPair, visit } from 'yaml';
import type { Problem } from '../errors.ts';
import { isSecretEnvironmentName, rememberSecret } from '../secrets.ts';
import { keyOf, lineOf, nodeOf, type ProfileDocument } from './document.ts';
import type { Environment } from './environment.ts';

const VARIABLE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{([^}]*)\}?/g;

/**
 * Puts the environment in place of `${NAME}` and `${NAME:-default}` in every value, and in every key since topics are
 * keys (`$${` stands for a plain `${`). As in a shell, a variable that is empty counts as unset where there is a default.
 */
export function interpolate(source: ProfileDocument, environment: Environment): Problem[] {
  const problems: Problem[] = [];
  visit(source.document, {
    Scalar(key, node, ancestors) {
      if (typeof node.value !== 'string' || !node.value.includes('${')) return;
      const place = `${source.file}:${lineOf(source, node)}`;
      const given: string[] = [];
      const text = node.value.replaceAll(VARIABLE, (match, name?: string, fallback?: string) => {
        if (match === '$${') return '${';
        if (name === undefined) {
          problems.push({
            place,
            message: `\`${match}\` is not a variable`,
            hint: `write \${NAME} or \${NAME:-default}`,
          });
          return '';
        }
        const value = environment[name];
        if (value === undefined && fallback === undefined) {
          const hint = `set it, or give a default: \${${name}:-…}`;
          problems.push({ place, message: `the environment variable ${name} is not set`, hint });
          return '';
        }
        if (value !== undefined && isSecretEnvironmentName(name)) rememberSecret(value);
        if (value === undefined || (value === '' && fallback !== undefined)) return fallback!;
        given.push(name);
        return value;
      });
      // A workload's parameters have types we do not know here: read the text as YAML would have.
      const isParameter =
        key !== 'key' && ancestors.some((ancestor) => isPair(ancestor) && keyOf(ancestor) === 'params');
      if (given.length > 0) source.fromEnvironment.set(node, given);
      node.value = isParameter ? nodeOf(text).toJS(source.document) : text;
      node.source = text;
    },
  });
  return problems;
}

/** A variable that a profile reads. */
export interface NamedVariable {
  readonly name: string;
  /** It has a default, at each place. */
  readonly isOptional: boolean;
}

/** The variables that a profile names, in order, each once. */
export function variablesOf({ document }: ProfileDocument): NamedVariable[] {
  const found = new Map<string, boolean>();
  visit(document, {
    Scalar(_key, { value }) {
      if (typeof value !== 'string') return;
      for (const [, name, fallback] of value.matchAll(VARIABLE)) {
        if (name !== undefined) found.set(name, fallback !== undefined && found.get(name) !== false);
      }
    },
  });
  return [...found].map(([name, isOptional]) => ({ name, isOptional }));
}
