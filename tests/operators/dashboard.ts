// What one of our dashboards is, in the words of Grafana's own schema, and stricter where the schema takes anything:
// the options of each kind of panel are those of its plugin, and every panel has a title, a unit, a description and a
// link. A dashboard's JSON is checked as a value of this type, where a property that nobody knows is an error.
import type * as grafana from '@grafana/schema';
import type * as heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type * as timeseries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** How a value stands in JSON: an enumeration as its text, the rest as it is. What is left out has a default. */
type Json<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends Array<infer E>
      ? Array<Json<E>>
      : T extends object
        ? { [K in keyof T]?: Json<T[K]> }
        : T;

/** A query of Prometheus' data source. */
interface Target {
  refId: string;
  expr: string;
  legendFormat?: string;
  instant?: true;
  range?: true;
  format?: 'heatmap' | 'table' | 'time_series';
}

type Defaults<Custom> = Json<Omit<grafana.FieldConfig, 'custom'>> & { unit: string; custom?: Json<Custom> };

interface Override {
  matcher: { id: 'byName' | 'byRegexp'; options: string };
  properties: Array<{ id: 'unit' | 'thresholds' | 'custom.cellOptions'; value: unknown }>;
}

type Known = 'id' | 'gridPos' | 'datasource' | 'transformations';

type Panel<Kind extends string, Options, Custom = never> = Required<Pick<grafana.Panel, 'id' | 'gridPos' | 'datasource'>> &
  Pick<grafana.Panel, Extract<Known, 'transformations'>> & {
    type: Kind;
    title: string;
    description: string;
    links: [Pick<grafana.DashboardLink, 'title' | 'targetBlank'> & { url: string }];
    targets: Target[];
    fieldConfig: { defaults: Defaults<Custom>; overrides: Override[] };
    options: Json<Options>;
  };

type OurPanel =
  | Panel<'heatmap', heatmap.Options, heatmap.FieldConfig>
  | Panel<'stat', stat.Options>
  | Panel<'table', table.Options, table.FieldConfig>
  | Panel<'timeseries', timeseries.Options, timeseries.FieldConfig>;

type Variable = Omit<grafana.VariableModel, 'current'> & { current?: { text: string; value: string } };

export type OurDashboard = Required<
  Pick<grafana.Dashboard, 'uid' | 'title' | 'description' | 'tags' | 'schemaVersion' | 'links'>
> &
  Pick<grafana.Dashboard, 'editable' | 'graphTooltip' | 'timezone' | 'refresh' | 'time' | 'annotations'> & {
    templating: { list: Variable[] };
    panels: OurPanel[];
  };

/** Ours is one of theirs. */
export const asGrafanas = (ours: Omit<OurDashboard, 'panels'>): Omit<grafana.Dashboard, 'panels'> => ours;
