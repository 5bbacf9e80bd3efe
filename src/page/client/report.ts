/** What a report does beyond being read: nothing it holds is only here. */
import { connectTables } from '../interaction/sort-tables.ts';
import { connectTimeCharts } from '../interaction/time-charts.ts';

connectTimeCharts(document);
connectTables(document);
