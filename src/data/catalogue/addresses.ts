// Addresses of files in public repositories.

import type { Original } from "./entry.ts";

/** A repository on GitHub at the version that the catalogue was made of. */
export interface Repository {
  readonly owner: string;
  readonly name: string;
  /** The commit that is known to have the file. Undefined: the newest alone. */
  readonly commit?: string;
}

/**
 * A file of a repository: at the known commit, whose bytes never change, else at the newest, since repositories are now and then
 * rewritten.
 *
 * @param about bytes, about
 */
export function repositoryFile(
  repository: Repository,
  path: string,
  about: number,
  sha256?: string,
): Original {
  const { owner, name, commit } = repository;
  const at = (version: string) => {
    const parts = [owner, name, version, ...path.split("/")].map(encodeURIComponent);
    return `https://raw.githubusercontent.com/${parts.join("/")}`;
  };
  return {
    name: path.split("/").at(-1) ?? path,
    addresses: [...(commit === undefined ? [] : [at(commit)]), at("HEAD")],
    about,
    ...(sha256 === undefined ? {} : { sha256 }),
  };
}

/** The repository's page. */
export function pageOf({ owner, name }: Repository): string {
  return `https://github.com/${owner}/${name}`;
}
