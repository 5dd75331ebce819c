import type { RunStatus } from '../../src-main/contract/index.ts';
import { SORT_KEYS, type RowQuery, type SortKey } from './rows.ts';

const STORAGE_KEY = 'espalier.runs-view';

/** How the person looks at the runs; kept over a restart, the filter text excepted. */
let query = $state.raw<RowQuery>(restore());

export const runsView = {
  get query(): RowQuery {
    return query;
  },
};

export function changeView(change: Partial<RowQuery>): void {
  query = { ...query, ...change };
  const { sort, isDescending, isGrouped } = query;
  localStorage.setItem(STORAGE_KEY, JSON.stringify({ sort, isDescending, isGrouped }));
}

/** The same column again turns the order round; numbers start with the largest. */
export function sortBy(sort: SortKey): void {
  const startsDescending = sort !== 'name' && sort !== 'method' && sort !== 'status';
  changeView({ sort, isDescending: query.sort === sort ? !query.isDescending : startsDescending });
}

export function toggleStatus(statuses: readonly RunStatus[], isOn: boolean): void {
  const next = new Set(query.statuses);
  for (const status of statuses) {
    if (isOn) next.add(status);
    else next.delete(status);
  }
  changeView({ statuses: next });
}

function restore(): RowQuery {
  const fresh: RowQuery = { text: '', statuses: new Set(), sort: 'created', isDescending: true, isGrouped: false };
  try {
    const kept = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}') as Partial<RowQuery>;
    const sort = SORT_KEYS.find((key) => key === kept.sort) ?? fresh.sort;
    return {
      ...fresh,
      sort,
      isDescending: kept.isDescending ?? fresh.isDescending,
      isGrouped: kept.isGrouped ?? fresh.isGrouped,
    };
  } catch {
    return fresh;
  }
}
