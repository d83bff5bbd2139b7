const globals = require("globals");
const jsdoc = require("eslint-plugin-jsdoc");

// Odoo's modules are ES modules that find each other by name, so imports are not
// resolved here.
module.exports = [
    {ignores: ["**/static/lib/**"]},
    {
        files: ["**/*.js"],
        plugins: {jsdoc},
        languageOptions: {
            ecmaVersion: 2024,
            sourceType: "module",
            globals: {...globals.browser, odoo: "readonly", owl: "readonly"},
        },
        rules: {
            "array-callback-return": "error",
            "block-scoped-var": "error",
            "consistent-return": "error",
            "no-alert": "error",
            "no-console": ["error", {allow: ["warn", "error"]}],
            "no-const-assign": "error",
            "no-debugger": "error",
            "no-dupe-keys": "error",
            "no-duplicate-imports": "error",
            "no-eval": "error",
            "no-implied-eval": "error",
            "no-redeclare": "error",
            "no-shadow": "error",
            "no-undef": "error",
            "no-unreachable": "error",
            "no-unused-vars": "error",
            "no-useless-concat": "error",
            "no-var": "error",
            "prefer-const": "error",
            "prefer-template": "error",
            eqeqeq: "error",
            "jsdoc/check-param-names": "error",
            "jsdoc/check-tag-names": "error",
            "jsdoc/check-types": "error",
        },
    },
];
