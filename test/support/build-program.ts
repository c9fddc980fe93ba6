import { execFileSync } from 'node:child_process';

/** The system tests run the program as users do, through bin/tallyman: it is built once before them. */
export function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: new URL('../..', import.meta.url), stdio: 'inherit' });
}
