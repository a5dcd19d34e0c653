// Puts the outcomes of all published cases into a table: for each file, how many passed, failed and are not covered, and why.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

const root = new URL('../../', import.meta.url);
const page = new URL('docs/conformance.md', root);
const conformance = new URL('../shared/conformance/', root);

/** The tests that run a case on one kind of backend. */
interface Runs {
  passed: number;
  failed: number;
  reason?: string;
}

interface Row {
  readonly group: 'published' | 'golden' | 'own';
  readonly file: string;
  readonly cases: Map<string, Record<Place, Runs>>;
}

const places = ['cpu', 'gpu'] as const;
type Place = (typeof places)[number];

/** Prints the table after a run of all tests of test/conformance and test/goldens, and compares or writes the page. */
export default class ConformanceReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = readRows();
    const byId = new Map<string, Record<Place, Runs>>();
    for (const { cases } of rows) for (const [id, runs] of cases) byId.set(id, runs);
    const projects = new Set<string>();
    for (const module of modules) {
      if (!/[\\/]test[\\/](conformance|goldens)[\\/]/.test(module.moduleId)) continue;
      projects.add(module.project.name);
      for (const test of module.children.allTests()) note(test, byId, module.project.name);
    }
    const complete = places.every((place) => projects.has(place));
    if (!complete || rows.every(({ group }) => group !== 'published')) return;
    const text = pageOf(rows);
    process.stdout.write(`\n${tableOf(rows).join('\n')}\n`);
    if (process.env.CONFORMANCE === 'write') {
      writeFileSync(page, text);
      process.stdout.write(`\nwritten to ${fileURLToPath(page)}\n`);
    } else if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
      process.stdout.write(
        '\ndocs/conformance.md says something else: `npm run conformance` writes it anew\n',
      );
      if (isWholeRun(rows)) process.exitCode = 1;
    }
  }
}

/** Whether every case was run, so that the page can be judged. */
function isWholeRun(rows: readonly Row[]): boolean {
  return rows.every(({ cases }) => [...cases.values()].every(({ cpu }) => cpu.passed + cpu.failed > 0));
}

function note(test: TestCase, byId: ReadonlyMap<string, Record<Place, Runs>>, project: string): void {
  if (project !== 'cpu' && project !== 'gpu') return;
  const runs = byId.get(test.name) ?? byId.get(test.name.split(/,? /)[0]);
  if (!runs) return;
  const { state } = test.result();
  if (state === 'passed') runs[project].passed++;
  if (state === 'failed') runs[project].failed++;
  const { notCovered } = test.meta() as { notCovered?: string };
  if (notCovered) runs[project].reason = notCovered;
}

/** All cases by file: those of ../shared/conformance where it is, and the golden ones by kind, given and our own. */
function readRows(): Row[] {
  const rows: Row[] = [];
  const none = (): Record<Place, Runs> => ({ cpu: { passed: 0, failed: 0 }, gpu: { passed: 0, failed: 0 } });
  const files = existsSync(conformance)
    ? readdirSync(conformance).filter((name) => name.endsWith('.json'))
    : [];
  for (const file of files.sort()) {
    const { cases } = JSON.parse(readFileSync(new URL(file, conformance), 'utf8')) as {
      cases: { id: string }[];
    };
    rows.push({ group: 'published', file, cases: new Map(cases.map(({ id }) => [id, none()])) });
  }
  for (const [group, place, title] of [
    ['golden', '', 'goldens'],
    ['own', 'own/', 'own goldens'],
  ] as const) {
    const file = new URL(`test/golden/${place}manifest.json`, root);
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: { id: string; kind: string }[] };
    for (const kind of [...new Set(cases.map((c) => c.kind))].sort()) {
      const ids = cases.filter((c) => c.kind === kind).map(({ id }) => id);
      rows.push({ group, file: `${title}: ${kind}`, cases: new Map(ids.map((id) => [id, none()])) });
    }
  }
  return rows;
}

type Verdict = 'passed' | 'failed' | 'not covered' | 'not run';

function verdict({ passed, failed, reason }: Runs): Verdict {
  if (failed > 0) return 'failed';
  if (reason) return 'not covered';
  return passed > 0 ? 'passed' : 'not run';
}

function counted(row: Row, place: Place): Record<Verdict, number> {
  const counts: Record<Verdict, number> = { passed: 0, failed: 0, 'not covered': 0, 'not run': 0 };
  for (const runs of row.cases.values()) counts[verdict(runs[place])]++;
  return counts;
}

function tableOf(rows: readonly Row[]): string[] {
  const head = [
    'file',
    'cases',
    ...places.flatMap((p) => [`${p} passed`, 'failed', 'not covered', 'not run']),
  ];
  const cells = rows.map((row) => [
    row.file,
    String(row.cases.size),
    ...places.flatMap((place) => Object.values(counted(row, place)).map(String)),
  ]);
  const total = head.map((_, i) =>
    i === 0 ? 'all' : String(cells.reduce((sum, row) => sum + Number(row[i]), 0)),
  );
  const all = [head, ...cells, total];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = `| ${widths.map((w, i) => (i === 0 ? '-'.repeat(w) : `${'-'.repeat(w - 1)}:`)).join(' | ')} |`;
  return [line(head), rule, ...cells.map(line), line(total)];
}

/** docs/conformance.md: the table, and the reason of each case that is not covered. */
function pageOf(rows: readonly Row[]): string {
  const reasons = rows.flatMap(({ file, cases }) => {
    const byReason = new Map<string, string[]>();
    for (const [id, { cpu, gpu }] of cases) {
      const reason = cpu.reason ?? gpu.reason;
      if (reason) byReason.set(reason, [...(byReason.get(reason) ?? []), id]);
    }
    const lines = [...byReason].map(
      ([reason, ids]) =>
        `- ${reason}: ${ids.length === 1 ? ids[0] : `${ids.length} cases, such as ${ids[0]}`}`,
    );
    return lines.length > 0 ? [`### ${file}`, '', ...lines, ''] : [];
  });
  return [
    '# Conformance',
    '',
    'Numbers that other projects publish in their tests (Keras, tf.layers, ONNX, WebNN, nGraph, burn, PyTorch and others) and',
    'golden values made with PyTorch, with gradients, run through the library on the CPU backend (f64, and f32 where the',
    'tolerance allows) and on the GPU backend. `npm run conformance` runs them and writes this page; `npm test` fails where it',
    'says something else. A case that is not covered gives its reason below the table. `not run` on the GPU: the case is run',
    'on the CPU alone. `own goldens` are made by the scripts in test/golden/make, with PyTorch, scikit-learn and published',
    'equations, for what all others leave out.',
    '',
    ...tableOf(rows),
    '',
    ...(reasons.length > 0 ? ['## Not covered', '', ...reasons] : []),
  ].join('\n');
}
