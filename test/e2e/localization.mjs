export const localization = [];
