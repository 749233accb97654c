export const interruptions = [];
