import { testProject } from '../../tools/testing/project.ts';

export default testProject('sweep');
