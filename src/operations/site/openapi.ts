import { COMPONENT_IDS, STATES } from '../components.ts';

/** What can be asked of the status site, in OpenAPI 3.1. */
export const OPENAPI = {
  openapi: '3.1.0',
  info: {
    title: 'OpenSpine service status',
    version: '1',
    description:
      'Nobody needs to sign in. Every answer names an ETag and may be kept for 30 seconds.',
  },
  paths: {
    '/status/v1/summary': get('State, open incidents and coming maintenance', 'application/json'),
    '/status/v1/components': get('Each component at each datacentre', 'application/json'),
    '/status/v1/incidents': get('All incidents with their updates', 'application/json'),
    '/status/v1/incidents/{number}': get('One incident', 'application/json', 'number'),
    '/status/v1/maintenance': get('All maintenance', 'application/json'),
    '/status/v1/feed.atom': get('Every update, as an Atom feed', 'application/atom+xml'),
    '/status/v1/feed.json': get('Every update, as a JSON feed', 'application/feed+json'),
    '/status/v1/badge/{component}.svg': get('A badge', 'image/svg+xml', 'component'),
    '/status/v1/events': get('An event for each change', 'text/event-stream'),
  },
  components: {
    schemas: {
      State: { type: 'string', enum: Object.keys(STATES) },
      Component: { type: 'string', enum: COMPONENT_IDS },
    },
  },
};

function get(summary: string, mediaType: string, parameter?: string): object {
  const schema =
    parameter === 'component' ? { $ref: '#/components/schemas/Component' } : { type: 'string' };
  return {
    get: {
      summary,
      ...(parameter === undefined
        ? {}
        : { parameters: [{ name: parameter, in: 'path', required: true, schema }] }),
      responses: {
        200: { description: summary, content: { [mediaType]: {} } },
        304: { description: 'As it was: the ETag of If-None-Match' },
        404: { description: 'There is no such thing' },
      },
    },
  };
}
