/** Leaves out of mutation what only people read: sentences and log lines. States, names, codes and step names stay in. */

/** A sentence has a space in it and begins like one; SQL and step names are not sentences. */
const sentence = /^[A-Z“`][\s\S]*\s/;

const words = {
  shouldIgnore(path) {
    if (path.isStringLiteral() && sentence.test(path.node.value)) return 'words for people';
    if (path.isTemplateLiteral() && path.node.quasis.some(({ value }) => sentence.test(value.raw)))
      return 'words for people';
    if (isLog(path.node) || (path.isBlockStatement() && path.node.body.length > 0 && path.node.body.every(isLog)))
      return 'log line';
    if (path.isObjectExpression() && path.node.properties.length > 0 && path.node.properties.every(isHint))
      return 'words for people';
    return undefined;
  },
};

/** The call, or the statement that is nothing else. */
function isLog(node) {
  if (node.type === 'ExpressionStatement') return isLog(node.expression);
  return node.type === 'CallExpression' && /\.log$|^log$/.test(callee(node.callee));
}

function isHint(property) {
  return property.key?.name === 'hint' || property.key?.name === 'cause';
}

/** `services.log` of `services.log.warn(…)`. */
function callee(node) {
  if (node.type !== 'MemberExpression') return '';
  const { object } = node;
  return object.type === 'Identifier'
    ? object.name
    : object.type === 'MemberExpression'
      ? `x.${object.property.name}`
      : '';
}

export const strykerPlugins = [{ kind: 'Ignore', name: 'words', value: words }];
