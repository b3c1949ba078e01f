/** What only the team needs, loaded when one of them comes in. */

export { ConsoleView } from './console.js';
export * as does from './does.js';
export { newRoomView } from './newroom.js';
export { hush, ring } from './ring.js';
export { staffView } from './staff.js';
export { secondSettings } from './second.js';

const styles = document.createElement('link');
styles.rel = 'stylesheet';
styles.href = new URL('team.css', import.meta.url).href;
document.head.append(styles);
