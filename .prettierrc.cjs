/** @type {import('prettier').Config} */
module.exports = {
    plugins: [require.resolve("@prettier/plugin-xml")],
    bracketSpacing: false,
    printWidth: 88,
    proseWrap: "always",
    semi: true,
    trailingComma: "es5",
    xmlWhitespaceSensitivity: "preserve",
    overrides: [
        // Odoo's JavaScript, XML and SCSS are indented by 4, YAML by 2.
        {files: "*.{js,cjs,xml,scss,css,json}", options: {tabWidth: 4}},
        {files: "*.{yml,yaml}", options: {tabWidth: 2}},
    ],
};
