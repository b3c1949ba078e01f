/** Everything that the team does about a room and its people. */

export { endMembership, newLink } from './member.js';
export * from './moderate.js';
